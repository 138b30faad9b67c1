{# Grain: one row per funnel, measure and day to come. What is expected on each day if new leads
   come as often as today: entries of the plan's nodes, revenue of new customers, what today's
   customers renew and add, and entries of the stages between two nodes, which follow from who waits
   before them and who is expected there. Each journey moves on as fast as those of its funnel did.
   #}
{#- How many stages between two nodes of the plan are forecast; further ones are not. -#}
{%- set stages_between = 4 -%}

with

arrivals as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where scenario = 'base' and sample_number = 0 and inflow != 'first_lead'

),

limits as (select * from {{ ref('int_plan_lead_limits_estimated') }}),

renewals as (

    select
        *,
        {{ days_from_cutoff('cast(period_start as timestamp)') }} as first_day_number,
        {{ days_from_cutoff(next_month('period_start')) }} as next_day_number
    from {{ ref('int_plan_renewals_estimated') }}

),

stages as (

    select
        *,
        count(planning_node) over (order by stage_order) as node_number,
        max(case when planning_node = 'lead' then stage_order end) over () as lead_order,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

days as ({{ whole_numbers(0, '7 * ' ~ int_var('planning_weeks') ~ ' - 1') }}),

weekly_arrivals as (

    -- The plan's arrivals of new leads are those of one lead per week.
    select
        arrivals.funnel,
        arrivals.inflow in ('open_lead', 'open_prospect', 'open_opportunity') as is_open,
        stages.stage,
        stages.planning_node,
        arrivals.week_number,
        case when arrivals.inflow = 'new_leads' then limits.recent_weekly_leads else 1 end
        * arrivals.entry_volume as volume,
        case when arrivals.inflow = 'new_leads' then limits.recent_weekly_leads else 1 end
        * arrivals.expected_revenue as won_value
    from arrivals
    inner join limits on arrivals.funnel = limits.funnel
    inner join stages on arrivals.node = stages.planning_node

),

daily_volumes as (

    -- Weeks and months are spread evenly over their days.
    select
        weekly_arrivals.funnel,
        'entered_' || weekly_arrivals.stage as measure,
        days.number as day_number,
        weekly_arrivals.volume / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    union all
    select
        weekly_arrivals.funnel,
        'new_amount' as measure,
        days.number as day_number,
        weekly_arrivals.won_value / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    where weekly_arrivals.planning_node = 'win'
    union all
    -- The part of it that who waits at the cutoff brings.
    select
        weekly_arrivals.funnel,
        'open_new_amount' as measure,
        days.number as day_number,
        weekly_arrivals.won_value / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    where weekly_arrivals.planning_node = 'win' and weekly_arrivals.is_open
    {%- for measure, amount in [
        ('renewal_amount', 'renewals.expected_renewal_amount'),
        ('expansion_amount', '(renewals.expected_amount - renewals.expected_renewal_amount)'),
    ] %}
    union all
    select
        renewals.funnel,
        '{{ measure }}' as measure,
        days.number as day_number,
        {{ amount }} / (renewals.next_day_number - greatest(renewals.first_day_number, 0)) as volume
    from renewals
    inner join days
        on renewals.first_day_number <= days.number and renewals.next_day_number > days.number
    {%- endfor %}

),

expected_nodes as (

    -- Only the rest of the cutoff's own day is to come.
    select
        funnel,
        measure,
        day_number,
        {{ exact_sum("volume", 12) }} * case
            when day_number = 0
                then 1 - {{ days_between(period_start('day', cutoff()), cutoff()) }}
            else 1
        end as expected_volume
    from daily_volumes
    group by funnel, measure, day_number

),

stages_after_nodes as (

    -- 0 for the node itself, 1 for the stage after it.
    select
        stage,
        row_number() over (partition by node_number order by stage_order) - 1 as stages_after_node
    from stages
    where stage_order between lead_order and win_order

),

journey_steps as (

    select
        steps.*,
        stages_after_nodes.stages_after_node
    from {{ ref('fct_journey_steps') }} as steps
    inner join stages_after_nodes on steps.to_stage = stages_after_nodes.stage
    where steps.is_next and steps.has_all_dates and stages_after_nodes.stages_after_node > 0

),

slices as (

    select 'all' as slice_name
    union all
    select 'funnel' as slice_name

),

step_day_counts as (

    select
        journey_steps.from_stage,
        journey_steps.to_stage,
        journey_steps.stages_after_node,
        case when slices.slice_name = 'all' then 'all' else journey_steps.funnel end as funnel,
        journey_steps.waited_days,
        count(case when journey_steps.step_result = 'converted' then 1 end) as converted_count,
        count(case when journey_steps.step_result in ('lost', 'returned') then 1 end) as out_count,
        count(case when journey_steps.step_result = 'open' then 1 end) as open_count
    from journey_steps
    cross join slices
    group by
        journey_steps.from_stage,
        journey_steps.to_stage,
        journey_steps.stages_after_node,
        case when slices.slice_name = 'all' then 'all' else journey_steps.funnel end,
        journey_steps.waited_days

),

step_curves as (

    {{ cumulative_incidence('step_day_counts', ['to_stage', 'funnel'], 'waited_days') }}

),

funnel_curves as (

    -- The whole company's curve where a funnel has too few conversions.
    select
        to_stage,
        funnel,
        case
            when sum(converted_count) >= {{ int_var('minimum_group_size') }} then funnel else 'all'
        end as curve_funnel
    from step_day_counts
    where funnel != 'all'
    group by to_stage, funnel

),

step_rates as (

    select
        funnel_curves.funnel,
        curves.from_stage,
        curves.to_stage,
        curves.stages_after_node,
        curves.waited_days,
        curves.waiting_rate,
        curves.waiting_before_rate * curves.converted_count / curves.waiting_count
            as converting_rate
    from funnel_curves
    inner join step_curves as curves
        on
            funnel_curves.to_stage = curves.to_stage
            and funnel_curves.curve_funnel = curves.funnel

),

waiting_arrivals as (

    -- Who has waited for some days moves on as those did who had waited as long.
    select
        waiting.funnel,
        waiting.to_stage,
        waiting.stages_after_node,
        step_rates.waited_days - waiting.waited_days - 1 as day_number,
        waiting.open_count * step_rates.converting_rate / current_rates.waiting_rate as volume
    from step_day_counts as waiting
    inner join step_rates as current_rates
        on
            waiting.funnel = current_rates.funnel
            and waiting.to_stage = current_rates.to_stage
            and waiting.waited_days = current_rates.waited_days
    inner join step_rates
        on
            waiting.funnel = step_rates.funnel
            and waiting.to_stage = step_rates.to_stage
            and waiting.waited_days < step_rates.waited_days
    where waiting.open_count > 0

),

expected_days_0 as (select * from expected_nodes),
{%- for number in range(1, stages_between + 1) %}

arrivals_{{ number }} as (

    select
        funnel,
        to_stage,
        day_number,
        volume
    from waiting_arrivals
    where stages_after_node = {{ number }}
    union all
    select
        expected_days.funnel,
        step_rates.to_stage,
        expected_days.day_number + step_rates.waited_days as day_number,
        expected_days.expected_volume * step_rates.converting_rate as volume
    from expected_days_{{ number - 1 }} as expected_days
    inner join step_rates
        on
            expected_days.funnel = step_rates.funnel
            and expected_days.measure = 'entered_' || step_rates.from_stage
    where step_rates.stages_after_node = {{ number }}

),

expected_days_{{ number }} as (

    select * from expected_days_{{ number - 1 }}
    union all
    select
        funnel,
        'entered_' || to_stage as measure,
        day_number,
        sum(cast(volume as decimal(38, 12))) as expected_volume
    from arrivals_{{ number }}
    where day_number < 7 * {{ int_var('planning_weeks') }}
    group by funnel, to_stage, day_number

),
{%- endfor %}

int_forecast_days_estimated as (

    select
        funnel,
        measure,
        cast(day_number as bigint) as day_number,
        cast(expected_volume as decimal(28, 10)) as expected_volume
    from expected_days_{{ stages_between }}

)

select * from int_forecast_days_estimated
