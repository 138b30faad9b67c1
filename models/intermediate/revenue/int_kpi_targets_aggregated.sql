{# Grain: one row a period, funnel and business with a target: a month's, spread over its days. #}
with

targets as (select * from {{ ref('targets') }}),

periods as (

    -- Those that have begun, and those that come.
    select
        period_kind,
        period_start,
        starts_at,
        next_starts_at
    from {{ ref('int_reporting_periods_listed') }}
    union
    select
        period_kind,
        period_start,
        starts_at,
        next_starts_at
    from {{ ref('int_coming_periods_listed') }}

),

months as (

    {% for business in ['new', 'expansion', 'renewal'] -%}
    select
        funnel,
        '{{ business }}' as business,
        cast(target_amount as decimal(18, 2)) * cast({{ business }}_share as decimal(9, 6))
            as target_amount,
        cast(target_month as timestamp) as starts_at,
        cast({{ dbt.dateadd('month', 1, 'target_month') }} as timestamp) as ends_at
    from targets
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

int_kpi_targets_aggregated as (

    select
        periods.period_kind,
        periods.period_start,
        months.funnel,
        months.business,
        cast(round(sum(
            months.target_amount * cast({{ days_between(
                'greatest(months.starts_at, periods.starts_at)',
                'least(months.ends_at, periods.next_starts_at)'
            ) }} as decimal(5, 2)) / {{ days_between('months.starts_at', 'months.ends_at') }}
        ), 2) as decimal(18, 2)) as target_amount
    from months
    inner join periods
        on
            months.starts_at < periods.next_starts_at
            and months.ends_at > periods.starts_at
    group by periods.period_kind, periods.period_start, months.funnel, months.business

)

select * from int_kpi_targets_aggregated
