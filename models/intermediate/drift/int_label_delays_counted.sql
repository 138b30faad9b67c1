{# Grain: one row per system, day with a touch and day up to the var label_late_days later, before
   the cutoff.
   How many labels of the first day's touches came on the second one, and how late that is. A delay
   counts only days on which the system labels at all, so weekends, holidays and closed weeks do
   not make a label late. #}
{%- set late_days = int_var('label_late_days') -%}

with

trials as (

    select * from {{ ref('int_label_trials_evaluated') }} where has_touch

),

label_events as (

    select
        system,
        event_date,
        sum(all_count) as label_count
    from {{ ref('int_bad_rows_counted') }}
    where signal = 'vanished_label'
    group by system, event_date

),

label_volumes as (

    select
        *,
        avg({{ as_double('label_count') }}) over (
            partition by system order by event_date
            rows between {{ int_var('drift_reference_days') }} preceding and 1 preceding
        ) as usual_count
    from label_events

),

labelled_systems as (

    select
        system,
        min(event_date) as first_label_date
    from label_events
    group by system

),

trial_days as (

    select
        system,
        trial_date,
        count(case when is_defined then 1 end) as defined_count
    from trials
    group by system, trial_date

),

day_pairs as (

    select
        trial_days.*,
        spine.number as calendar_days,
        cast(
            {{ add_days('cast(trial_days.trial_date as timestamp)', 'spine.number') }} as date
        ) as label_date
    from trial_days
    cross join ({{ whole_numbers(0, late_days) }}) as spine
    where
        {{ add_days('cast(trial_days.trial_date as timestamp)', 'spine.number + 1') }}
        <= {{ cutoff() }}

),

pair_dates as (

    select distinct
        system,
        label_date
    from day_pairs

),

label_days as (

    -- Until the first label, and where labels have no history of their own, every day counts.
    select
        pair_dates.system,
        pair_dates.label_date,
        coalesce(pair_dates.label_date >= labelled_systems.first_label_date, false)
            as has_label_history,
        sum(case
            when
                labelled_systems.system is null
                or pair_dates.label_date < labelled_systems.first_label_date
                then 1
            when
                label_volumes.label_count
                >= {{ decimal_var('drift_label_day_share') }}
                * coalesce(label_volumes.usual_count, 0)
                then 1
            else 0
        end) over (
            partition by pair_dates.system order by pair_dates.label_date
            rows between unbounded preceding and current row
        ) as label_day_number
    from pair_dates
    left join labelled_systems on pair_dates.system = labelled_systems.system
    left join label_volumes
        on
            pair_dates.system = label_volumes.system
            and pair_dates.label_date = label_volumes.event_date

),

label_counts as (

    select
        system,
        trial_date,
        label_date,
        count(*) as label_count
    from trials
    where is_labelled
    group by system, trial_date, label_date

),

int_label_delays_counted as (

    select
        day_pairs.system,
        day_pairs.trial_date,
        day_pairs.label_date,
        day_pairs.calendar_days,
        label_days.label_day_number - trial_label_days.label_day_number as delay_days,
        day_pairs.defined_count,
        coalesce(label_counts.label_count, 0) as label_count,
        label_days.has_label_history
    from day_pairs
    inner join label_days
        on
            day_pairs.system = label_days.system
            and day_pairs.label_date = label_days.label_date
    inner join label_days as trial_label_days
        on
            day_pairs.system = trial_label_days.system
            and day_pairs.trial_date = trial_label_days.label_date
    left join label_counts
        on {{ same('day_pairs', 'label_counts', ['system', 'trial_date', 'label_date']) }}

)

select * from int_label_delays_counted
