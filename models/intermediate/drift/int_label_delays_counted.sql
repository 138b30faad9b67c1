{# Grain: one row per system and day with a trial or a label.
   How many labels came on the day, and how many of them late; whether the labels of people with a
   touch on the day have come by now. Delays are counted in days on which the system labels at
   all, so weekends, holidays and closed weeks do not make a label late. #}
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

label_day_volumes as (

    select
        *,
        avg({{ as_double('label_count') }}) over (
            partition by system order by event_date
            rows between {{ int_var('drift_reference_days') }} preceding and 1 preceding
        ) as usual_count
    from label_events

),

labelled_systems as (select distinct system from label_events),

all_days as (

    select
        system,
        trial_date as series_date
    from trials
    union
    select
        system,
        event_date as series_date
    from label_events

),

days as (

    -- A system whose labels have no history of their own labels every day.
    select
        all_days.system,
        all_days.series_date,
        sum(case
            when labelled_systems.system is null then 1
            when
                label_day_volumes.label_count
                >= {{ decimal_var('drift_label_day_share') }}
                * coalesce(label_day_volumes.usual_count, 0)
                then 1
            else 0
        end) over (
            partition by all_days.system order by all_days.series_date
            rows between unbounded preceding and current row
        ) as label_day_number
    from all_days
    left join labelled_systems on all_days.system = labelled_systems.system
    left join label_day_volumes
        on
            all_days.system = label_day_volumes.system
            and all_days.series_date = label_day_volumes.event_date

),

label_delays as (

    select
        trials.system,
        trials.label_date,
        label_days.label_day_number - trial_days.label_day_number as delay_days,
        count(*) as label_count
    from trials
    inner join days as trial_days
        on trials.system = trial_days.system and trials.trial_date = trial_days.series_date
    inner join days as label_days
        on trials.system = label_days.system and trials.label_date = label_days.series_date
    where trials.is_labelled
    group by
        trials.system, trials.label_date, label_days.label_day_number - trial_days.label_day_number

),

late_labels as (

    select
        system,
        label_date,
        sum(label_count) as label_count,
        sum(case
            when delay_days > {{ int_var('label_days') }} then label_count else 0
        end) as late_count
    from label_delays
    group by system, label_date

),

recent_delays as (

    select
        system,
        delay_days,
        sum(sum(label_count)) over (
            partition by system order by delay_days
            rows between unbounded preceding and current row
        ) as count_so_far,
        sum(sum(label_count)) over (partition by system) as whole_count
    from label_delays
    where cast(label_date as timestamp) >= {{ add_days(cutoff(), '-' ~ late_days) }}
    group by system, delay_days

),

usual_delays as (

    select
        system,
        min(delay_days) as usual_delay
    from recent_delays
    where count_so_far >= {{ decimal_var('drift_labels_come_share') }} * whole_count
    group by system

),

last_days as (

    select
        days.system,
        max(days.label_day_number) as last_number,
        max(trials.trial_date) as last_trial_date
    from days
    left join trials on days.system = trials.system and days.series_date = trials.trial_date
    group by days.system

),

int_label_delays_counted as (

    select
        days.system,
        days.series_date,
        coalesce(late_labels.label_count, 0) as label_count,
        coalesce(late_labels.late_count, 0) as late_count,
        (
            last_days.last_number - days.label_day_number
            >= coalesce(usual_delays.usual_delay, 0)
            or {{ add_days('cast(days.series_date as timestamp)', late_days ~ ' + 1') }}
            <= {{ cutoff() }}
        ) as is_evaluated
    from days
    inner join last_days on days.system = last_days.system
    left join usual_delays on days.system = usual_delays.system
    left join late_labels
        on
            days.system = late_labels.system
            and days.series_date = late_labels.label_date
            -- Later, only the late ones are known.
            and days.series_date <= last_days.last_trial_date

)

select * from int_label_delays_counted
