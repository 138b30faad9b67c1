with

targets as (select * from {{ ref('plan_targets') }}),

rates as (select * from {{ ref('plan_rates') }}),

target_totals as (

    select
        scenario,
        funnel,
        sum(case when is_total then 1 else 0 end) as total_count,
        sum(case when is_total = (period_start is not null) then 1 else 0 end) as wrong_count
    from targets
    group by scenario, funnel

),

rate_totals as (

    select
        funnel,
        from_node,
        sum(case when is_total then 1 else 0 end) as total_count,
        sum(case when is_total != (lead_group = 'all') then 1 else 0 end) as wrong_count
    from rates
    group by funnel, from_node

)

select
    'plan_targets' as table_name,
    scenario || ', ' || funnel as total_of,
    total_count,
    wrong_count
from target_totals
where total_count != 1 or wrong_count > 0
union all
select
    'plan_rates' as table_name,
    funnel || ', ' || from_node as total_of,
    total_count,
    wrong_count
from rate_totals
where total_count != 1 or wrong_count > 0
