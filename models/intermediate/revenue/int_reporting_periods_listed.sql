{# Grain: one row per week, month and quarter, from the first recorded event to the
   period after the one under way at the cutoff. The periods that KPIs are reported for, those they
   are compared with, and the two of each kind that are forecast. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

mrr_movements as (select * from {{ ref('fct_mrr_movements') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

first_events as (

    select min(entered_at) as happened_at from lifecycle
    union all
    select cast(min(movement_month) as timestamp) as happened_at from mrr_movements
    union all
    select cast(min(spend_date) as timestamp) as happened_at from ad_spend

),

calendar_periods as (

    -- 200 days hold the quarter under way and the whole next one.
    {{ period_spine('(select min(happened_at) from first_events)', add_days(cutoff(), 200)) }}

),

numbered_periods as (

    select
        period_kind,
        cast(period_start as date) as period_start,
        row_number() over (partition by period_kind order by period_start) as period_number,
        count(case when next_period_start > {{ cutoff() }} then 1 end) over (
            partition by period_kind order by period_start
        ) as forecast_number,
        period_start as starts_at,
        next_period_start as next_starts_at
    from calendar_periods

),

int_reporting_periods_listed as (

    select
        period_kind,
        period_number,
        nullif(forecast_number, 0) as forecast_number,
        period_start,
        lag(period_start) over earlier_periods as prior_start,
        case period_kind
            when 'week' then lag(period_start, 52) over earlier_periods
            when 'month' then lag(period_start, 12) over earlier_periods
            else lag(period_start, 4) over earlier_periods
        end as year_before_start,
        cast(greatest({{ days_from_cutoff('starts_at') }}, 0) as bigint) as first_day_number,
        cast({{ days_from_cutoff('next_starts_at') }} as bigint) as next_day_number,
        starts_at < {{ cutoff() }} as is_started,
        next_starts_at <= {{ cutoff() }} as is_complete,
        starts_at,
        case when starts_at < {{ cutoff() }} then least(next_starts_at, {{ cutoff() }}) end
            as ends_at,
        next_starts_at
    from numbered_periods
    where forecast_number <= 2
    window earlier_periods as (partition by period_kind order by period_number)

)

select * from int_reporting_periods_listed
