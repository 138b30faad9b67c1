{# Grain: one row a week (from Monday), month or quarter that the funnel has seen, up to the
   cutoff. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

spend as (select * from {{ ref('int_ad_spend_unioned') }}),

beginnings as (

    select min(entered_at) as began_at from lifecycle
    union all
    select cast(min(movement_month) as timestamp) as began_at from movements
    union all
    select cast(min(spend_date) as timestamp) as began_at from spend

),

spans as (

    {{ period_spine('(select min(began_at) from beginnings)', cutoff()) }}

),

numbered as (

    select
        period_kind,
        cast(period_start as date) as period_start,
        period_start as starts_at,
        next_period_start as next_starts_at,
        row_number() over (partition by period_kind order by period_start) as period_number
    from spans

),

int_reporting_periods_listed as (

    select
        period_kind,
        period_number,
        period_start,
        lag(period_start) over periods_so_far as prior_start,
        case period_kind
            when 'week' then lag(period_start, 52) over periods_so_far
            when 'month' then lag(period_start, 12) over periods_so_far
            else lag(period_start, 4) over periods_so_far
        end as year_before_start,
        next_starts_at <= {{ cutoff() }} as is_complete,
        starts_at,
        least(next_starts_at, {{ cutoff() }}) as ends_at,
        next_starts_at
    from numbered
    window periods_so_far as (partition by period_kind order by period_number)

)

select * from int_reporting_periods_listed
