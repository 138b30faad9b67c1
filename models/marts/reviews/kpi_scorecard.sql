{# Grain: one row a month or quarter, funnel and stage: what its team did, and what those journeys
   have led to so far. #}
{%- set outcomes = ['advanced', 'returned', 'exited', 'open'] -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

deals as (select * from {{ ref('int_opportunities_described') }} where outcome = 'won'),

customers as (select * from {{ ref('int_customers_aggregated') }}),

targets as (select * from {{ ref('int_kpi_targets_aggregated') }}),

overall as (

    select {{ ratio('sum(churn_count)', 'sum(at_risk_month_count)') }} as churn_rate from customers

),

revenue as (

    select
        journey_key,
        sum(case when business = 'new' then won_amount else 0 end) as new_amount,
        sum(case when business = 'expansion' then won_amount else 0 end) as expansion_amount,
        sum(case when business = 'renewal' then won_amount else 0 end) as renewal_amount
    from deals
    group by journey_key

),

worth as (

    select
        customers.journey_key,
        1 as customer_count,
        case when customers.churn_count > 0 and customers.mrr_amount = 0 then 1 else 0 end
            as churned_customer_count,
        customers.mrr_amount,
        {{ ratio(
            'customers.mrr_month_amount * ' ~ int_var('gross_margin_percent'),
            'customers.paying_month_count * 100 * overall.churn_rate'
        ) }} as ltv_amount
    from customers
    cross join overall
    where customers.is_won

),

entered as (

    select
        periods.period_kind,
        periods.period_start,
        lifecycle.funnel,
        lifecycle.stage,
        count(case when lifecycle.visit_number = 1 then 1 end) as entered_count,
        {%- for outcome in outcomes %}
        sum(case when lifecycle.visit_number = 1 and lifecycle.outcome = '{{ outcome }}' then 1 end)
            as {{ outcome }}_count,
        {%- endfor %}
        {%- for measure in [
            'worth.customer_count', 'worth.churned_customer_count', 'worth.mrr_amount', 'worth.ltv_amount',
            'revenue.new_amount', 'revenue.expansion_amount', 'revenue.renewal_amount',
        ] %}
        sum(case when lifecycle.visit_number = 1 then {{ measure }} end)
            as {{ measure.split('.')[1] }},
        {%- endfor %}
        sum(case when stages.stage_order >= wins.stage_order then lifecycle.amount end)
            as booked_amount
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    inner join stages as wins on wins.planning_node = 'win'
    inner join periods
        on {{ falls_in('lifecycle.entered_at') }}
    left join revenue on lifecycle.journey_key = revenue.journey_key
    left join worth on lifecycle.journey_key = worth.journey_key
    group by periods.period_kind, periods.period_start, lifecycle.funnel, lifecycle.stage

),

kpi_scorecard as (

    select
        entered.period_kind,
        entered.period_start,
        entered.funnel,
        stages.owner_team,
        entered.stage,
        entered.entered_count,
        {%- for measure in outcomes + ['customer', 'churned_customer'] %}
        cast(coalesce(entered.{{ measure }}_count, 0) as bigint) as {{ measure }}_count,
        {%- endfor %}
        {%- for measure in [
            'new_amount', 'expansion_amount', 'renewal_amount', 'mrr_amount', 'ltv_amount',
            'booked_amount',
        ] %}
        cast(coalesce(entered.{{ measure }}, 0) as decimal(18, 2)) as {{ measure }},
        {%- endfor %}
        targets.target_amount
    from entered
    inner join stages on entered.stage = stages.stage
    left join targets
        on
            entered.period_kind = targets.period_kind
            and entered.period_start = targets.period_start
            and entered.funnel = targets.funnel
            and targets.business = case
                when stages.planning_node = 'win' then 'new'
                when stages.stage = 'retained' then 'renewal'
                when stages.stage = 'expanded' then 'expansion'
            end

)

select * from kpi_scorecard
