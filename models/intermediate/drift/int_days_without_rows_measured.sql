{# Grain: one row per system, signal, subject and day without rows.
   How many rows have been missed since the last ones came, by the same weekdays of the weeks
   before (var drift_silence_weeks; none on a holiday), and when the silence began. #}
{%- set series = 'system, signal, subject' -%}
{#- Ten years of days. -#}
{%- set longest_series = 3660 -%}

with

row_counts as (

    select * from {{ ref('int_bad_rows_counted') }}
    where signal in ('missing_data', 'vanished_label')

),

holidays as (select distinct holiday_date from {{ ref('holidays') }}),

first_days as (

    select
        {{ series }},
        min(event_date) as first_date
    from row_counts
    group by {{ series }}

),

calendar as (

    select
        first_days.system,
        first_days.signal,
        first_days.subject,
        cast({{ add_days('cast(first_days.first_date as timestamp)', 'spine.number') }} as date)
            as event_date,
        spine.number as day_number
    from first_days
    cross join ({{ whole_numbers(0, longest_series) }}) as spine
    where
        {{ add_days('cast(first_days.first_date as timestamp)', 'spine.number + 1') }}
        <= {{ cutoff() }}

),

day_counts as (

    -- A run is a day with rows and the silent days after it.
    select
        calendar.*,
        coalesce(row_counts.all_count, 0) as all_count,
        holidays.holiday_date is not null as is_holiday,
        count(row_counts.all_count) over (
            partition by calendar.system, calendar.signal, calendar.subject
            order by calendar.day_number
        ) as run_number
    from calendar
    left join row_counts
        on {{ same('calendar', 'row_counts', ['system', 'signal', 'subject', 'event_date']) }}
    left join holidays on calendar.event_date = holidays.holiday_date

),

usual_counts as (

    select
        *,
        avg({{ as_double('all_count') }}) over (
            partition by {{ series }}, day_number % 7 order by day_number
            rows between {{ int_var('drift_silence_weeks') }} preceding and 1 preceding
        ) as usual_count,
        sum(all_count) over (partition by system, signal, event_date) as signal_count
    from day_counts

),

silent_days as (

    select
        {{ series }},
        event_date,
        all_count,
        signal_count,
        sum(case
            when all_count = 0 and not is_holiday and usual_count > 0 then 1 else 0
        end) over (
            partition by {{ series }}, run_number order by day_number
            rows between unbounded preceding and current row
        ) as silent_day_count,
        -- Rounded, since three thirds add up to a little less than one, and one is the limit.
        {{ stable_double(exact_sum(
            'case when all_count = 0 and not is_holiday then coalesce(usual_count, 0) else 0 end',
            12, 'partition by ' ~ series ~ ', run_number order by day_number'
        )) }} as missed,
        min(case when all_count = 0 then event_date end) over (
            partition by {{ series }}, run_number
        ) as silent_since_date
    from usual_counts

),

int_days_without_rows_measured as (

    -- A day on which a system sets no label at all may be a batch job that is late: a label is
    -- missed once others are set, or on the second such day.
    select
        {{ series }},
        event_date,
        all_count,
        missed,
        silent_since_date
    from silent_days
    where
        all_count = 0
        and missed >= 1
        and (signal != 'vanished_label' or signal_count > 0 or silent_day_count >= 2)

)

select * from int_days_without_rows_measured
