{# Grain: one row per system and day with a touch.
   The day by whose end its labels had come, so that label and definition can be compared: by what
   was known then, in every later build too. A day waits as long as most labels took in the last
   two weeks of touches; longer if labels have just begun to come later, or if many of its own still
   come. #}
{%- set late_days = int_var('label_late_days') -%}
{%- set least_count = int_var('drift_least_count') -%}
{%- set come_share = decimal_var('drift_labels_come_share') -%}
{%- set recent_days = 14 -%}
{%- set hold_days = 7 -%}

with

delays as (select * from {{ ref('int_label_delays_counted') }}),

delay_counts as (

    select
        system,
        label_date,
        delay_days,
        sum(label_count) as label_count
    from delays
    group by system, label_date, delay_days

),

system_days as (

    -- In a pause only late labels come, so the last two weeks are those with touches.
    select
        system,
        label_date,
        max(case when calendar_days = 0 then 1 else 0 end) = 1 as has_touches
    from delays
    group by system, label_date

),

numbered_days as (

    select
        *,
        sum(case when has_touches then 1 else 0 end) over (
            partition by system order by label_date
            rows between unbounded preceding and current row
        ) as touch_day_number
    from system_days

),

delay_days as (

    -- Every delay on every day, so that a window is one of days.
    select
        numbered_days.system,
        numbered_days.label_date,
        numbered_days.has_touches,
        spine.number as delay_days,
        coalesce(delay_counts.label_count, 0) as label_count,
        sum(coalesce(delay_counts.label_count, 0)) over (
            partition by numbered_days.system, spine.number
            order by numbered_days.touch_day_number
            range between {{ recent_days }} preceding and 1 preceding
        ) as recent_count
    from numbered_days
    cross join ({{ whole_numbers(0, late_days) }}) as spine
    left join delay_counts
        on
            numbered_days.system = delay_counts.system
            and numbered_days.label_date = delay_counts.label_date
            and spine.number = delay_counts.delay_days

),

delay_shares as (

    -- Of the labels of the days before, and of the day itself: how many took so long or longer.
    select
        *,
        sum(recent_count) over longer as longer_count,
        sum(label_count) over longer as longer_label_count,
        sum(recent_count) over whole_day as whole_count,
        sum(label_count) over whole_day as whole_label_count
    from delay_days
    window
        longer as (
            partition by system, label_date order by delay_days
            rows between current row and unbounded following
        ),
        whole_day as (partition by system, label_date)

),

usual_delays as (

    -- The delay within which most labels came: in the days before, and on the day itself. One or
    -- two that took longer are no pattern.
    select
        system,
        label_date,
        has_touches,
        max(case
            when
                longer_count > (1 - {{ come_share }}) * whole_count
                and longer_count >= {{ least_count }}
                then delay_days
            else 0
        end) as usual_delay,
        max(case
            when longer_label_count > (1 - {{ come_share }}) * whole_label_count then delay_days
            else 0
        end) as day_delay
    from delay_shares
    group by system, label_date, has_touches

),

late_days as (

    -- A day on which clearly more labels came late than in the days before.
    select
        usual_delays.system,
        usual_delays.label_date,
        usual_delays.usual_delay,
        case
            when
                usual_delays.has_touches
                and delay_shares.longer_label_count - 2 * delay_shares.whole_label_count
                * delay_shares.longer_count / greatest(delay_shares.whole_count, 1)
                >= {{ least_count }}
                then usual_delays.day_delay + 1
            else 0
        end as held_delay
    from usual_delays
    left join delay_shares
        on
            usual_delays.system = delay_shares.system
            and usual_delays.label_date = delay_shares.label_date
            and greatest(usual_delays.usual_delay, {{ int_var('label_days') }}) + 1
            = delay_shares.delay_days

),

awaited_delays as (

    select
        system,
        label_date,
        greatest(
            usual_delay,
            max(held_delay) over (
                partition by system order by label_date
                rows between {{ hold_days - 1 }} preceding and current row
            )
        ) as awaited_delay
    from late_days

),

dated_delays as (

    select
        delays.*,
        awaited_delays.awaited_delay,
        coalesce(
            {{ as_double('delay_shares.longer_count') }} / nullif(delay_shares.whole_count, 0), 1
        ) as longer_share,
        sum(delays.label_count) over (
            partition by delays.system, delays.trial_date order by delays.label_date
            rows between unbounded preceding and current row
        ) as come_count
    from delays
    inner join awaited_delays
        on
            delays.system = awaited_delays.system
            and delays.label_date = awaited_delays.label_date
    inner join delay_shares
        on {{ same('delays', 'delay_shares', ['system', 'label_date', 'delay_days']) }}

),

complete_days as (

    select
        system,
        trial_date,
        min(case
            when calendar_days = {{ late_days }} then label_date
            when
                calendar_days >= {{ int_var('label_days') }}
                and delay_days >= awaited_delay
                -- No more of its labels still come than usual after so many days.
                and label_count - 2 * longer_share * come_count < {{ least_count }}
                -- Not one of several: they are late, or the label is gone (vanished_label).
                and (
                    not has_label_history
                    or come_count > 0
                    or defined_count < {{ least_count }}
                    or delay_days >= awaited_delay + {{ least_count }}
                )
                then label_date
        end) as complete_date
    from dated_delays
    group by system, trial_date

),

int_trial_days_dated as (

    -- Days are compared in their order.
    select
        system,
        trial_date,
        cast(
            nullif(
                max(coalesce(cast(complete_date as timestamp), {{ end_of_time() }})) over (
                    partition by system order by trial_date
                    rows between unbounded preceding and current row
                ), {{ end_of_time() }}
            ) as date
        ) as evaluated_date
    from complete_days

)

select * from int_trial_days_dated
