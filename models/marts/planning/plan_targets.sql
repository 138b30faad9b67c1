{# Grain: one row per scenario, funnel and period: each month ahead, and all months with a target
   together (is_total). How many leads per week the target takes, and whether it can be reached. #}
{#- Below this share of the gap, leads at capacity hardly change the period. -#}
{%- set least_lead_share = 0.01 -%}
{%- set leads = with_thousands(
    'least(ceil(outcomes.recommended_leads), floor(solutions.max_weekly_leads))'
) -%}
{%- set today = with_thousands('solutions.recent_weekly_leads') -%}
with

periods as (select * from {{ ref('int_plan_targets_listed') }}),

leads as (select * from {{ ref('int_plan_required_leads_estimated') }}),

limits as (select * from {{ ref('int_plan_lead_limits_estimated') }}),

planned_weeks as (select * from {{ ref('plan_weeks') }}),

teams as (select * from {{ ref('teams') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

scenarios as (select distinct scenario from {{ ref('int_plan_scenario_factors_listed') }}),

solutions as (

    select
        leads.*,
        limits.recent_weekly_leads,
        limits.max_weekly_leads,
        limits.half_paid_days,
        leads.won_revenue + leads.other_revenue + limits.recent_weekly_leads * leads.lead_revenue
            as pace_revenue,
        leads.won_revenue + leads.other_revenue + limits.max_weekly_leads * leads.lead_revenue
            as max_revenue,
        sqrt(greatest(
            leads.other_variance + leads.other_luck_variance
            + (2 * leads.covariance + leads.lead_luck_variance) * limits.recent_weekly_leads
            + leads.lead_variance * limits.recent_weekly_leads * limits.recent_weekly_leads, 0
        )) as pace_deviation,
        sqrt(greatest(
            leads.other_variance + leads.other_luck_variance
            + (2 * leads.covariance + leads.lead_luck_variance) * limits.max_weekly_leads
            + leads.lead_variance * limits.max_weekly_leads * limits.max_weekly_leads, 0
        )) as max_deviation,
        sqrt(greatest(leads.other_variance + leads.other_luck_variance, 0)) as other_deviation
    from leads
    inner join limits on leads.funnel = limits.funnel

),

capacity_weeks as (

    -- Weeks of the plan of all months in which a team has more to work than it can.
    select
        periods.funnel,
        periods.period_start,
        planned_weeks.scenario,
        planned_weeks.owner_team,
        count(distinct planned_weeks.plan_week) as planned_week_count,
        count(distinct case when planned_weeks.is_over_capacity then planned_weeks.plan_week end)
            as over_capacity_week_count
    from periods
    inner join planned_weeks
        on
            periods.funnel = planned_weeks.funnel
            and (
                periods.is_total
                or (
                    cast(periods.period_start as timestamp)
                    <= cast(planned_weeks.plan_week as timestamp)
                    and {{ next_month('periods.period_start') }}
                    > cast(planned_weeks.plan_week as timestamp)
                )
            )
    group by
        periods.funnel, periods.period_start, planned_weeks.scenario, planned_weeks.owner_team

),

busiest_teams as (

    select
        capacity_weeks.*,
        teams.team_name,
        row_number() over (
            partition by
                capacity_weeks.funnel, capacity_weeks.period_start, capacity_weeks.scenario
            order by capacity_weeks.over_capacity_week_count desc, capacity_weeks.owner_team asc
        ) as precedence
    from capacity_weeks
    inner join teams on capacity_weeks.owner_team = teams.team

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
            when
                solutions.other_revenue - {{ t_quantile('above_80') }} * solutions.other_deviation
                >= solutions.target_revenue - solutions.won_revenue then 'open_funnel_is_enough'
            when solutions.gap_revenue <= 0 then 'open_funnel_may_be_enough'
            when
                solutions.weekly_leads <= solutions.max_weekly_leads
                and 2 * busiest_teams.over_capacity_week_count > busiest_teams.planned_week_count
                then 'over_capacity'
            when
                solutions.weekly_leads <= solutions.max_weekly_leads
                and solutions.max_revenue - {{ t_quantile('above_80') }} * solutions.max_deviation
                < solutions.target_revenue then 'within_reach_at_risk'
            when solutions.weekly_leads <= solutions.max_weekly_leads then 'within_reach'
            when
                solutions.max_revenue - solutions.won_revenue - solutions.other_revenue
                < {{ least_lead_share }} * solutions.gap_revenue then 'too_late_for_leads'
            when solutions.max_weekly_leads > 0 then 'out_of_reach'
            else 'no_leads'
        end as outcome,
        -- Never more than can be worked: as many as make it safe, else as many as can be had.
        case
            when solutions.won_revenue >= solutions.target_revenue then 0
            when
                solutions.gap_revenue <= 0
                and coalesce(solutions.safe_leads > solutions.max_weekly_leads, true)
                then least(solutions.recent_weekly_leads, solutions.max_weekly_leads)
            when solutions.lead_revenue > 0
                then least(
                    coalesce(solutions.safe_leads, solutions.max_weekly_leads),
                    solutions.max_weekly_leads
                )
        end as recommended_leads,
        busiest_teams.owner_team as busiest_team,
        busiest_teams.team_name as busiest_team_name,
        busiest_teams.over_capacity_week_count,
        busiest_teams.planned_week_count
    from periods
    cross join scenarios
    left join solutions
        on
            periods.funnel = solutions.funnel
            and periods.period_start is not distinct from solutions.period_start
            and scenarios.scenario = solutions.scenario
    left join busiest_teams
        on
            periods.funnel = busiest_teams.funnel
            and periods.period_start is not distinct from busiest_teams.period_start
            and scenarios.scenario = busiest_teams.scenario
            and busiest_teams.precedence = 1

),

advice_texts as (

    select
        outcomes.scenario,
        outcomes.funnel,
        outcomes.period_start,
        case outcomes.outcome
            when 'no_target' then 'Agree on a target.'
            when 'no_history' then 'There is no history to plan from: agree on leads by judgement.'
            when 'no_price' then 'Wins have no amounts: have them recorded.'
            when 'already_won' then 'The target is reached: agree on a higher one.'
            when 'open_funnel_is_enough'
                then 'Close what is open: more leads are not needed for it.'
            when 'open_funnel_may_be_enough'
                then
                    case
                        when coalesce(solutions.safe_leads > solutions.max_weekly_leads, true)
                            then
                                'Close what is open: it is expected to be enough, and no number of'
                                || ' leads that can be worked makes it safe.'
                        else
                            'Close what is open, and bring ' || {{ leads }}
                            || ' leads per week to be safe.'
                    end
            when 'within_reach'
                then
                    'Bring ' || {{ leads }} || ' leads per week, where ' || {{ today }}
                    || ' come today: the target is then safe.'
            when 'within_reach_at_risk'
                then
                    'Bring ' || {{ leads }} || ' leads per week, the most that can be worked ('
                    || {{ today }} || ' come today): likely, but not safe. Agree on less, or add'
                    || ' capacity.'
            when 'over_capacity'
                then
                    'Add capacity first: ' || outcomes.busiest_team_name || ' has more than it can'
                    || ' work in ' || outcomes.over_capacity_week_count || ' of '
                    || outcomes.planned_week_count || ' weeks. Then bring ' || {{ leads }}
                    || ' leads per week, where ' || {{ today }} || ' come today'
                    || case
                        when coalesce(solutions.safe_leads > solutions.max_weekly_leads, true)
                            then ': likely, but not safe.'
                        else '.'
                    end
            when 'out_of_reach'
                then
                    'Agree on ' || {{ with_thousands('solutions.max_revenue') }} || ' instead of '
                    || {{ with_thousands('solutions.target_revenue') }} || ': that is what '
                    || {{ leads }} || ' leads per week give, the most that can be worked ('
                    || {{ today }} || ' come today). Else raise rates, prices or capacity.'
            when 'too_late_for_leads'
                then
                    'Close what is open, and agree on '
                    || {{ with_thousands('solutions.max_revenue') }}
                    || ': new leads pay too late for this target.'
            when 'no_leads'
                then 'Find out why no leads come: without them the target is not reached.'
        end as advice,
        case
            when outcomes.outcome = 'over_capacity' then outcomes.busiest_team
            when outcomes.outcome in ('within_reach', 'within_reach_at_risk', 'no_leads')
                then lead_stages.owner_team
            when outcomes.outcome in (
                'open_funnel_is_enough', 'open_funnel_may_be_enough', 'too_late_for_leads',
                'no_price'
            ) then win_stages.owner_team
            when outcomes.outcome != 'target_is_zero' then 'all'
        end as advice_team
    from period_outcomes as outcomes
    left join solutions
        on
            outcomes.scenario = solutions.scenario
            and outcomes.funnel = solutions.funnel
            and outcomes.period_start is not distinct from solutions.period_start
    left join stages as lead_stages on lead_stages.planning_node = 'lead'
    left join stages as win_stages on win_stages.planning_node = 'win'

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
        advice_texts.advice,
        advice_texts.advice_team,
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
        {{ as_amount('solutions.pace_revenue') }} as current_pace_amount,
        {{ interval_low_amount('solutions.pace_revenue', 'solutions.pace_deviation', 80) }}
            as low_80_current_pace_amount,
        {{ interval_high_amount('solutions.pace_revenue', 'solutions.pace_deviation', 80) }}
            as high_80_current_pace_amount,
        {{ interval_low_amount('solutions.pace_revenue', 'solutions.pace_deviation', 95) }}
            as low_95_current_pace_amount,
        {{ interval_high_amount('solutions.pace_revenue', 'solutions.pace_deviation', 95) }}
            as high_95_current_pace_amount,
        {{ as_amount('solutions.max_revenue') }} as reachable_amount,
        {{ as_amount(
            'greatest(solutions.target_revenue, solutions.max_revenue) - solutions.max_revenue'
        ) }} as shortfall_amount,
        {{ as_double('solutions.weekly_leads') }} as weekly_leads,
        {{ as_double('solutions.low_80_weekly_leads') }} as low_80_weekly_leads,
        {{ as_double('solutions.high_80_weekly_leads') }} as high_80_weekly_leads,
        {{ as_double('solutions.low_95_weekly_leads') }} as low_95_weekly_leads,
        {{ as_double('solutions.high_95_weekly_leads') }} as high_95_weekly_leads,
        {{ as_double('solutions.safe_leads') }} as safe_leads,
        {{ as_double('outcomes.recommended_leads') }} as recommended_leads,
        {{ as_double('solutions.recent_weekly_leads') }} as recent_weekly_leads,
        {{ as_double('solutions.max_weekly_leads') }} as max_leads,
        {{ as_double('solutions.other_wins + solutions.weekly_leads * solutions.lead_wins') }}
            as needed_wins,
        {{ as_double('solutions.bypass_wins') }} as expected_bypass_wins,
        {{ normal_probability(
            '(solutions.pace_revenue - solutions.target_revenue)'
            ~ ' / nullif(solutions.pace_deviation, 0)'
        ) }} as current_pace_hit_probability,
        {{ normal_probability(
            '(solutions.max_revenue - solutions.target_revenue)'
            ~ ' / nullif(solutions.max_deviation, 0)'
        ) }} as max_hit_probability,
        cast(outcomes.over_capacity_week_count as bigint) as over_capacity_week_count,
        coalesce(
            solutions.safe_leads is null or solutions.safe_leads > solutions.max_weekly_leads,
            false
        ) and solutions.funnel is not null as is_safe_above_max,
        (solutions.target_revenue - solutions.won_revenue)
        / nullif(solutions.max_revenue - solutions.won_revenue, 0) as improvement_factor,
        {{ plan_week('cast(floor(
            (solutions.end_offset_days - solutions.half_paid_days + ' ~ plan_days_gone() ~ ') / 7.0
        ) as bigint)') }} as last_lead_week
    from period_outcomes as outcomes
    inner join periods
        on
            outcomes.funnel = periods.funnel
            and outcomes.period_start is not distinct from periods.period_start
    inner join advice_texts
        on
            outcomes.scenario = advice_texts.scenario
            and outcomes.funnel = advice_texts.funnel
            and outcomes.period_start is not distinct from advice_texts.period_start
    left join solutions
        on
            outcomes.scenario = solutions.scenario
            and outcomes.funnel = solutions.funnel
            and outcomes.period_start is not distinct from solutions.period_start

)

select * from plan_targets
