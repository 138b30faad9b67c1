{# Grain: one row per scenario, funnel and period: each month ahead, and all months with a target
   together (is_total). How many leads per week the target takes, and whether it can be reached. #}
{#- Below this share of the gap, leads at capacity hardly change the period. -#}
{%- set least_lead_share = 0.01 -%}
with

periods as (select * from {{ ref('int_plan_periods_listed') }}),

leads as (select * from {{ ref('int_plan_required_leads_estimated') }}),

limits as (select * from {{ ref('int_plan_lead_limits_estimated') }}),

scenarios as (select distinct scenario from {{ ref('int_plan_scenario_factors_listed') }}),

solutions as (

    select
        leads.*,
        limits.today_weekly_leads,
        limits.max_weekly_leads,
        limits.half_paid_days,
        leads.won_revenue + leads.other_revenue + limits.today_weekly_leads * leads.lead_revenue
            as today_revenue,
        leads.won_revenue + leads.other_revenue + limits.max_weekly_leads * leads.lead_revenue
            as max_revenue,
        sqrt(greatest(
            leads.other_variance + leads.other_luck_variance
            + (2 * leads.covariance + leads.lead_luck_variance) * limits.today_weekly_leads
            + leads.lead_variance * limits.today_weekly_leads * limits.today_weekly_leads, 0
        )) as today_deviation
    from leads
    inner join limits on leads.funnel = limits.funnel

),

period_outcomes as (

    select
        scenarios.scenario,
        periods.funnel,
        periods.period_start,
        case
            when not periods.has_target then 'no_target'
            when periods.new_target_amount = 0 then 'target_is_zero'
            when solutions.funnel is null then 'no_history'
            when solutions.lead_wins > 0 and coalesce(solutions.lead_revenue, 0) = 0
                then 'no_price'
            when solutions.won_revenue >= solutions.target_revenue then 'already_won'
            when solutions.gap_revenue <= 0 then 'open_funnel_is_enough'
            when solutions.weekly_leads <= solutions.max_weekly_leads then 'within_reach'
            when
                solutions.max_revenue - solutions.won_revenue - solutions.other_revenue
                < {{ least_lead_share }} * solutions.gap_revenue then 'too_late_for_leads'
            when solutions.max_weekly_leads > 0 then 'out_of_reach'
            else 'no_leads'
        end as outcome
    from periods
    cross join scenarios
    left join solutions
        on
            periods.funnel = solutions.funnel
            and periods.period_start is not distinct from solutions.period_start
            and scenarios.scenario = solutions.scenario

),

plan_targets as (

    select
        outcomes.scenario,
        periods.funnel,
        periods.period_start,
        periods.is_total,
        outcomes.scenario = 'base' and not periods.is_total as is_additive,
        outcomes.outcome,
        upper(substr(outcomes.outcome, 1, 1)) || replace(substr(outcomes.outcome, 2), '_', ' ')
            as outcome_name,
        periods.target_amount as total_target_amount,
        periods.new_target_amount,
        periods.won_amount,
        {{ as_amount('solutions.other_revenue - solutions.bypass_revenue') }}
            as expected_open_amount,
        {{ as_amount('solutions.bypass_revenue') }} as expected_bypass_amount,
        {{ interval_low_amount('solutions.bypass_revenue', 'solutions.bypass_deviation', 80) }}
            as low_80_bypass_amount,
        {{ interval_high_amount('solutions.bypass_revenue', 'solutions.bypass_deviation', 80) }}
            as high_80_bypass_amount,
        {{ interval_low_amount('solutions.bypass_revenue', 'solutions.bypass_deviation', 95) }}
            as low_95_bypass_amount,
        {{ interval_high_amount('solutions.bypass_revenue', 'solutions.bypass_deviation', 95) }}
            as high_95_bypass_amount,
        {{ as_amount('(solutions.gap_revenue + abs(solutions.gap_revenue)) / 2') }}
            as needed_amount,
        {{ as_amount('solutions.today_revenue') }} as today_amount,
        {{ interval_low_amount('solutions.today_revenue', 'solutions.today_deviation', 80) }}
            as low_80_today_amount,
        {{ interval_high_amount('solutions.today_revenue', 'solutions.today_deviation', 80) }}
            as high_80_today_amount,
        {{ interval_low_amount('solutions.today_revenue', 'solutions.today_deviation', 95) }}
            as low_95_today_amount,
        {{ interval_high_amount('solutions.today_revenue', 'solutions.today_deviation', 95) }}
            as high_95_today_amount,
        {{ as_amount('solutions.max_revenue') }} as reachable_amount,
        {{ as_amount(
            'greatest(solutions.target_revenue, solutions.max_revenue) - solutions.max_revenue'
        ) }} as shortfall_amount,
        {{ as_double('solutions.weekly_leads') }} as weekly_leads,
        {{ as_double('solutions.low_80_leads') }} as low_80_leads,
        {{ as_double('solutions.high_80_leads') }} as high_80_leads,
        {{ as_double('solutions.low_95_leads') }} as low_95_leads,
        {{ as_double('solutions.high_95_leads') }} as high_95_leads,
        {{ as_double('solutions.safe_leads') }} as safe_leads,
        {{ as_double('solutions.today_weekly_leads') }} as today_leads,
        {{ as_double('solutions.max_weekly_leads') }} as max_leads,
        {{ as_double('solutions.other_wins + solutions.weekly_leads * solutions.lead_wins') }}
            as needed_wins,
        {{ as_double('solutions.bypass_wins') }} as expected_bypass_wins,
        {{ normal_probability(
            '(solutions.today_revenue - solutions.target_revenue)'
            ~ ' / nullif(solutions.today_deviation, 0)'
        ) }} as today_hit_probability,
        (solutions.target_revenue - solutions.won_revenue)
        / nullif(solutions.max_revenue - solutions.won_revenue, 0) as improvement_factor,
        {{ plan_week('cast(floor(
            (solutions.before_day - solutions.half_paid_days + ' ~ plan_days_gone() ~ ') / 7.0
        ) as bigint)') }} as last_lead_week
    from period_outcomes as outcomes
    inner join periods
        on
            outcomes.funnel = periods.funnel
            and outcomes.period_start is not distinct from periods.period_start
    left join solutions
        on
            outcomes.scenario = solutions.scenario
            and outcomes.funnel = solutions.funnel
            and outcomes.period_start is not distinct from solutions.period_start

)

select * from plan_targets
