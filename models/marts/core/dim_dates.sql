{# Grain: one row per day, from the fiscal year of the first recorded event to 800 days after the
   cutoff. The business's calendar, for BI tools that need a table of dates and for the metrics. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

holidays as (select * from {{ ref('holidays') }} where funnel is null),

spans as (

    select
        cast({{ period_start('year', 'min(starts_at)') }} as date) as first_date,
        -- The plan covers a year; BI tools want whole fiscal years.
        cast({{ add_days(cutoff(), 800) }} as date) as last_date
    from periods

),

day_numbers as (

    {{ whole_numbers(0, '(select ' ~ date_difference('first_date', 'last_date') ~ ' from spans)') }}

),

dates as (

    select cast(spans.first_date + cast(day_numbers.number as integer) as timestamp) as starts_at
    from day_numbers
    cross join spans

),

date_periods as (

    select
        starts_at,
        cast(starts_at as date) as calendar_date,
        cast({{ period_start('week', 'starts_at') }} as date) as week_start,
        cast({{ period_start('month', 'starts_at') }} as date) as month_start,
        cast({{ period_start('quarter', 'starts_at') }} as date) as quarter_start,
        cast({{ period_start('year', 'starts_at') }} as date) as fiscal_year_start,
        cast({{ weekday_number('starts_at') }} as bigint) as weekday
    from dates

),

dim_dates as (

    select
        date_periods.calendar_date,
        date_periods.week_start,
        date_periods.month_start,
        date_periods.quarter_start,
        date_periods.fiscal_year_start,
        date_periods.weekday,
        {{ period_name("'week'", 'date_periods.week_start') }} as week_name,
        {{ period_name("'month'", 'date_periods.month_start') }} as month_name,
        {{ period_name("'quarter'", 'date_periods.quarter_start') }} as quarter_name,
        {{ period_name("'year'", 'date_periods.fiscal_year_start') }} as fiscal_year_name,
        date_periods.weekday in ({{ business_weekdays() | join(', ') }})
        and holidays.holiday_date is null as is_working_day,
        date_periods.starts_at < {{ cutoff() }} as is_past
    from date_periods
    left join holidays on date_periods.calendar_date = holidays.holiday_date

)

select * from dim_dates
