{# Grain: one row a funnel and period: each month to come, and `all` that have a target together. #}
with

months as (select * from {{ ref('plan_months') }}),

plan_periods as (

    select
        funnel,
        {{ period_of('target_month') }} as period,
        target_month,
        target_amount,
        new_amount,
        expansion_amount,
        renewal_amount,
        won_amount,
        from_day,
        before_day,
        has_target,
        is_agreed
    from months
    union all
    select
        funnel,
        'all' as period,
        cast(null as date) as target_month,
        {%- for amount in ['target', 'new', 'expansion', 'renewal', 'won'] %}
        cast(sum(case when has_target then {{ amount }}_amount end) as decimal(18, 2))
            as {{ amount }}_amount,
        {%- endfor %}
        min(case when has_target then from_day end) as from_day,
        max(case when has_target then before_day end) as before_day,
        bool_or(has_target) as has_target,
        bool_and(is_agreed or not has_target) as is_agreed
    from months
    group by funnel

)

select * from plan_periods
