{%- set next_nodes = [('lead', 'prospect'), ('prospect', 'opportunity'), ('opportunity', 'win')] %}
with

planned_weeks as (

    -- The first week is the rest of the one under way.
    select
        *,
        greatest({{ days_from_cutoff('cast(plan_week as timestamp)') }}, 0) as first_day
    from {{ ref('plan_weeks') }}
    where scenario = 'base' and node = 'lead'

),

days as ({{ whole_numbers(0, 6) }}),

planned_leads as (

    -- Waits are known in spans of seven days from the cutoff.
    select
        planned_weeks.funnel,
        cast(floor((planned_weeks.first_day + days.number) / 7) as bigint) as weeks_ahead,
        sum(planned_weeks.planned_volume / planned_weeks.plan_days) as planned_volume
    from planned_weeks
    inner join days on planned_weeks.plan_days > days.number
    group by
        planned_weeks.funnel, cast(floor((planned_weeks.first_day + days.number) / 7) as bigint)

),

prices as (select * from {{ ref('int_plan_win_values_estimated') }} where sample_number = 0),

ratios as (select * from {{ ref('int_plan_amount_ratios_estimated') }} where sample_number = 0),

life_tables as (select * from {{ ref('int_plan_life_tables_estimated') }} where sample_number = 0),

trends as (select * from {{ ref('int_plan_rate_trends_estimated') }}),

months as (

    select * from {{ ref('int_plan_targets_listed') }} where not is_total and has_target

),

targets as (select * from {{ ref('plan_targets') }} where scenario = 'base' and is_total),

journeys as (select * from {{ ref('fct_journeys') }}),

week_numbers as ({{ whole_numbers(0, (int_var('planning_weeks') | int) - 1) }}),

rate_factors as (

    select
        trends.funnel,
        trends.from_node,
        weeks.number as weeks_ahead,
        exp(
            trends.yearly_trend * (least(weeks.number, 26) / 52.0 - trends.mean_years)
            + trends.level_shift
        ) as rate_factor
    from trends
    cross join week_numbers as weeks

),

open_moves as (

    select
        waiting.funnel,
        waiting.lead_group,
        waiting.from_node,
        tables.waited_weeks - waiting.waited_weeks as weeks_ahead,
        waiting.open_count / waiting.waiting_rate * tables.advance_rate as volume
    from life_tables as waiting
    inner join life_tables as tables
        on
            waiting.funnel = tables.funnel
            and waiting.lead_group = tables.lead_group
            and waiting.from_node = tables.from_node
            and waiting.waited_weeks <= tables.waited_weeks
    where waiting.waited_weeks > 0

),

bypass_days as (

    select
        funnel,
        least(
            7 * {{ int_var('planning_bypass_weeks') }},
            -7 * {{ plan_first_week() }},
            -7 * floor(min({{ days_from_cutoff(
                period_start(
                    'day', 'coalesce(awareness_at, reached_lead_at, opportunity_at, win_at)'
                )
            ) }}) / 7.0)
        ) as day_count
    from journeys
    group by funnel

),

bypasses as (

    select
        funnel,
        'prospect' as node,
        qualified_prospect_at as bypassed_at
    from journeys
    where is_bypass_prospect
    union all
    select
        funnel,
        'opportunity' as node,
        coalesce(opportunity_at, win_at) as bypassed_at
    from journeys
    where is_bypass_opportunity

),

weekly_bypasses as (

    select
        bypasses.funnel,
        bypasses.node,
        count(*) * 7.0 / max(bypass_days.day_count) as volume
    from bypasses
    inner join bypass_days on bypasses.funnel = bypass_days.funnel
    where
        {{ days_from_cutoff(period_start('day', 'bypasses.bypassed_at')) }}
        between -bypass_days.day_count and -1
    group by bypasses.funnel, bypasses.node

),

lead_entries as (

    select
        leads.funnel,
        prices.lead_group,
        leads.weeks_ahead,
        leads.planned_volume * prices.mix_share as volume
    from planned_leads as leads
    inner join prices on leads.funnel = prices.funnel

),
{% for node, next_node in next_nodes %}
{{ node }}_moves as (

    select
        entries.funnel,
        entries.lead_group,
        entries.weeks_ahead + tables.waited_weeks as weeks_ahead,
        entries.volume * tables.advance_rate as volume
    from {{ node }}_entries as entries
    inner join life_tables as tables
        on
            entries.funnel = tables.funnel
            and entries.lead_group = tables.lead_group
            and tables.from_node = '{{ node }}'
    union all
    select
        funnel,
        lead_group,
        weeks_ahead,
        volume
    from open_moves
    where from_node = '{{ node }}'

),

{{ next_node }}_entries as (

    select
        moves.funnel,
        moves.lead_group,
        moves.weeks_ahead,
        sum(moves.volume * coalesce(factors.rate_factor, 1)) as volume
    from {{ node }}_moves as moves
    left join rate_factors as factors
        on
            moves.funnel = factors.funnel
            and moves.weeks_ahead = factors.weeks_ahead
            and factors.from_node = '{{ node }}'
    where moves.weeks_ahead < {{ int_var('planning_weeks') }}
    group by moves.funnel, moves.lead_group, moves.weeks_ahead
    union all
    select
        bypasses.funnel,
        'bypass' as lead_group,
        weeks.number as weeks_ahead,
        bypasses.volume
    from weekly_bypasses as bypasses
    cross join week_numbers as weeks
    where bypasses.node = '{{ next_node }}'

),
{% endfor %}
open_opportunities as (

    select
        funnel,
        case
            when is_bypass_prospect or is_bypass_opportunity then 'bypass'
            else {{ plan_lead_group() }}
        end as lead_group,
        -{{ week_number('opportunity_at') }} as waited_weeks,
        opportunity_amount
    from journeys
    where
        outcome = 'open' and not has_win and opportunity_at < {{ cutoff() }}
        and opportunity_amount > 0

),

week_revenue as (

    select
        wins.funnel,
        wins.weeks_ahead,
        wins.volume * prices.mean_price as revenue
    from win_entries as wins
    inner join prices on wins.funnel = prices.funnel and wins.lead_group = prices.lead_group
    union all
    -- An open opportunity is worth more or less than a win of its lead group, one by one.
    select
        opportunities.funnel,
        tables.waited_weeks - opportunities.waited_weeks as weeks_ahead,
        tables.advance_rate / waiting.waiting_rate * coalesce(factors.rate_factor, 1)
        * ratios.amount_weight
        * (opportunities.opportunity_amount * ratios.amount_ratio - prices.mean_price) as revenue
    from open_opportunities as opportunities
    inner join ratios on opportunities.funnel = ratios.funnel
    inner join prices
        on
            opportunities.funnel = prices.funnel
            and opportunities.lead_group = prices.lead_group
    inner join life_tables as waiting
        on
            opportunities.funnel = waiting.funnel
            and opportunities.lead_group = waiting.lead_group
            and waiting.from_node = 'opportunity'
            and opportunities.waited_weeks = waiting.waited_weeks
    inner join life_tables as tables
        on
            waiting.funnel = tables.funnel
            and waiting.lead_group = tables.lead_group
            and waiting.from_node = tables.from_node
            and waiting.waited_weeks <= tables.waited_weeks
    left join rate_factors as factors
        on
            opportunities.funnel = factors.funnel
            and factors.from_node = 'opportunity'
            and factors.weeks_ahead = tables.waited_weeks - opportunities.waited_weeks

),

funnel_revenue as (

    -- A week's revenue is spread evenly over its seven days.
    select
        wins.funnel,
        sum(wins.revenue) / 7 as revenue
    from week_revenue as wins
    cross join days
    inner join months
        on
            wins.funnel = months.funnel
            and 7 * wins.weeks_ahead + days.number >= months.start_offset_days
            and 7 * wins.weeks_ahead + days.number < months.end_offset_days
    group by wins.funnel

)

select
    targets.funnel,
    targets.new_target_amount,
    targets.won_amount,
    funnel_revenue.revenue
from targets
left join funnel_revenue on targets.funnel = funnel_revenue.funnel
where
    targets.weekly_leads > 0
    and abs(coalesce(funnel_revenue.revenue, 0) + targets.won_amount - targets.new_target_amount)
    > 0.001 * targets.new_target_amount
