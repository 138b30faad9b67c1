{# Grain: one row per week, month or quarter, funnel and revenue type with a target. A month's
   target is spread evenly over its days. A period of which some days have no target has none. #}
with

targets as (select * from {{ ref('targets') }}),

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

monthly_targets as (

    {% for revenue_type, share in [
        ('new', 'new_share'), ('expansion', 'expansion_share'), ('renewal', 'renewal_share'),
    ] -%}
    select
        funnel,
        '{{ revenue_type }}' as revenue_type,
        cast(target_amount as decimal(22, 2)) * cast({{ share }} as decimal(9, 6))
            as target_amount,
        cast(target_month as timestamp) as starts_at,
        cast({{ dbt.dateadd('month', 1, 'target_month') }} as timestamp) as ends_at
    from targets
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

int_revenue_targets_aggregated as (

    select
        periods.period_kind,
        periods.period_start,
        monthly_targets.funnel,
        monthly_targets.revenue_type,
        cast(round(sum(
            monthly_targets.target_amount * cast({{ days_between(
                'greatest(monthly_targets.starts_at, periods.starts_at)',
                'least(monthly_targets.ends_at, periods.next_starts_at)'
            ) }} as decimal(5, 2))
            / {{ days_between('monthly_targets.starts_at', 'monthly_targets.ends_at') }}
        ), 2) as decimal(18, 2)) as target_amount
    from monthly_targets
    inner join periods
        on
            monthly_targets.starts_at < periods.next_starts_at
            and monthly_targets.ends_at > periods.starts_at
    group by
        periods.period_kind,
        periods.period_start,
        monthly_targets.funnel,
        monthly_targets.revenue_type
    having
        sum({{ days_between(
            'greatest(monthly_targets.starts_at, periods.starts_at)',
            'least(monthly_targets.ends_at, periods.next_starts_at)'
        ) }})
        >= max({{ days_between('periods.starts_at', 'periods.next_starts_at') }})

)

select * from int_revenue_targets_aggregated
