{# Grain: one row a system, signal, subject and day without rows: what was to be expected since the
   last rows, by the same weekdays of the eight weeks before each day. #}
{%- set series = 'system, signal, subject' -%}

with

counted as (

    select * from {{ ref('int_integrity_counted') }}
    where signal in ('missing_data', 'vanished_label')

),

spans as (

    select
        {{ series }},
        min(count_date) as first_date
    from counted
    group by {{ series }}

),

calendar as (

    select
        spans.system,
        spans.signal,
        spans.subject,
        cast({{ add_days('cast(spans.first_date as timestamp)', 'spine.number') }} as date)
            as count_date,
        spine.number as day_number
    from spans
    cross join ({{ whole_numbers(0, 3660) }}) as spine
    where
        {{ add_days('cast(spans.first_date as timestamp)', 'spine.number + 1') }} <= {{ cutoff() }}

),

filled as (

    select
        calendar.*,
        counted.definition_version,
        coalesce(counted.all_count, 0) as all_count,
        count(counted.all_count) over (
            partition by calendar.system, calendar.signal, calendar.subject
            order by calendar.day_number
        ) as run_number
    from calendar
    left join counted
        on {{ same('calendar', 'counted', ['system', 'signal', 'subject', 'count_date']) }}

),

expected as (

    select
        *,
        avg(1.0 * all_count) over (
            partition by {{ series }}, day_number % 7 order by day_number
            rows between 8 preceding and 1 preceding
        ) as usual_count
    from filled

),

int_silences_measured as (

    select
        {{ series }},
        count_date,
        all_count,
        sum(case when all_count = 0 then coalesce(usual_count, 0) else 0 end) over (
            partition by {{ series }}, run_number order by day_number
        ) as missed
    from expected

)

select * from int_silences_measured
where all_count = 0 and missed >= 1
