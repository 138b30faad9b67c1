{# Grain: one row per funnel, lead group, inflow, node, sample and week ahead. How many journeys are
   expected to enter the node in that week.

Inflows: `new_leads`, one new lead per week; `first_lead`, one lead in the first week alone; the
journeys that wait at the cutoff: `open_lead`, `open_prospect`, `open_opportunity`; and those that
will come by a bypass: `bypass_prospect`, `bypass_opportunity`. Of wins of open opportunities, how
many have an amount since they began (opened), these amounts, and their squares. #}
{%- set last_week = int_var('planning_weeks') -%}
{%- set next_nodes = [('lead', 'prospect'), ('prospect', 'opportunity'), ('opportunity', 'win')] -%}
{%- set opened = ['opened_volume', 'opened_amount', 'opened_amount_square_sum'] -%}
with

transitions as (select * from {{ ref('int_plan_transitions_counted') }}),

life_tables as (select * from {{ ref('int_plan_life_tables_estimated') }}),

trends as (select * from {{ ref('int_plan_rate_trends_estimated') }}),

prices as (select * from {{ ref('int_plan_win_values_estimated') }}),

shapes as (select * from {{ ref('int_plan_week_shapes_estimated') }}),

weeks as ({{ whole_numbers(0, (last_week | int) - 1) }}),

samples as ({{ plan_samples() }}),

trend_weeks as (

    -- A trend goes on for half a year and then stops.
    select
        trends.*,
        samples.number as sample_number,
        samples.number = {{ plan_shifted_sample('trends.from_node') }} as is_shifted,
        weeks.number as week_number,
        least(weeks.number, 26) / 52e0 as years_ahead,
        least(weeks.number, 26) / 52e0 - trends.mean_years as years_from_mean
    from trends
    cross join samples
    cross join weeks

),

rate_factors as (

    -- A rate of the week beside the one of the life table. In the sample of its own node it is a
    -- standard deviation higher. Where rates are most likely constant it is less, because most of
    -- the variance is then of changes too unlikely for an interval to cover.
    select
        funnel,
        from_node,
        sample_number,
        week_number,
        exp(
            yearly_trend * years_from_mean + level_shift
            + case
                when is_shifted
                    then sqrt(sqrt(change_probability) * greatest(
                        shift_variance + 2 * covariance * years_from_mean
                        + trend_variance * power(years_from_mean, 2)
                        + yearly_shift_variance * years_ahead, 0
                    ))
                else 0
            end
        ) as rate_factor
    from trend_weeks

),

opened_amounts as (

    select
        funnel,
        lead_group,
        from_node,
        waited_weeks,
        {{ as_double('sum(open_opportunity_count)') }} as opened_volume,
        {{ exact_sum('open_opportunity_amount_sum', 2) }} as opened_amount,
        {{ exact_sum('open_opportunity_amount_square_sum', 2) }} as opened_amount_square_sum
    from transitions
    where open_opportunity_count > 0
    group by funnel, lead_group, from_node, waited_weeks

),

open_journeys as (

    -- Who waits is the same in every sample; the probability to move on is not.
    select
        tables.funnel,
        tables.lead_group,
        tables.from_node,
        tables.sample_number,
        tables.waited_weeks,
        {%- for measure in opened %}
        coalesce(amounts.{{ measure }}, 0) / tables.waiting_rate as {{ measure }},
        {%- endfor %}
        everything.open_count / tables.waiting_rate as entry_volume
    from life_tables as everything
    inner join life_tables as tables
        on
            everything.funnel = tables.funnel
            and everything.lead_group = tables.lead_group
            and everything.from_node = tables.from_node
            and everything.waited_weeks = tables.waited_weeks
    left join opened_amounts as amounts
        on
            everything.funnel = amounts.funnel
            and everything.lead_group = amounts.lead_group
            and everything.from_node = amounts.from_node
            and everything.waited_weeks = amounts.waited_weeks
    where
        everything.from_node != 'awareness'
        and everything.sample_number = 0
        and everything.waited_weeks > 0 and everything.open_count > 0

),

open_moves as (

    select
        waiting.funnel,
        waiting.lead_group,
        waiting.from_node,
        waiting.sample_number,
        tables.waited_weeks - waiting.waited_weeks as week_number,
        {%- for measure, digits in [
            ('opened_volume', 12), ('opened_amount', 9), ('opened_amount_square_sum', 4),
        ] %}
        {{ exact_sum(
            'waiting.' ~ measure ~ ' * tables.advance_rate * coalesce(factors.rate_factor, 1)',
            digits
        ) }} as {{ measure }},
        {%- endfor %}
        {{ exact_sum(
            'waiting.entry_volume * tables.advance_rate * coalesce(factors.rate_factor, 1)', 12
        ) }} as entry_volume
    from open_journeys as waiting
    inner join life_tables as tables
        on
            waiting.funnel = tables.funnel
            and waiting.lead_group = tables.lead_group
            and waiting.from_node = tables.from_node
            and waiting.sample_number = tables.sample_number
            and tables.waited_weeks - waiting.waited_weeks between 0 and {{ last_week }} - 1
    left join rate_factors as factors
        on
            waiting.funnel = factors.funnel
            and waiting.from_node = factors.from_node
            and waiting.sample_number = factors.sample_number
            and tables.waited_weeks - waiting.waited_weeks = factors.week_number
    group by
        waiting.funnel, waiting.lead_group, waiting.from_node, waiting.sample_number,
        tables.waited_weeks - waiting.waited_weeks

),

lead_flows as (

    select
        prices.funnel,
        prices.lead_group,
        prices.sample_number,
        'new_leads' as inflow,
        shapes.week_number,
        prices.mix_share * shapes.lead_weight as entry_volume
    from prices
    inner join shapes on prices.funnel = shapes.funnel
    where prices.mix_share > 0
    union all
    select
        funnel,
        lead_group,
        sample_number,
        'first_lead' as inflow,
        0 as week_number,
        mix_share as entry_volume
    from prices
    where mix_share > 0

),
{#- The same query three times, from each node to the next. #}
{% for node, next_node in next_nodes %}
{{ next_node }}_flows as (

    select
        flows.funnel,
        flows.lead_group,
        flows.sample_number,
        flows.inflow,
        flows.week_number + tables.waited_weeks as week_number,
        {{ exact_sum(
            'flows.entry_volume * tables.advance_rate * coalesce(factors.rate_factor, 1)', 12
        ) }} as entry_volume
    from {{ node }}_flows as flows
    inner join life_tables as tables
        on
            flows.funnel = tables.funnel
            and flows.lead_group = tables.lead_group
            and flows.sample_number = tables.sample_number
            and tables.from_node = '{{ node }}'
            and tables.waited_weeks < {{ last_week }}
            and flows.week_number + tables.waited_weeks < {{ last_week }}
    left join rate_factors as factors
        on
            flows.funnel = factors.funnel
            and flows.sample_number = factors.sample_number
            and flows.week_number + tables.waited_weeks = factors.week_number
            and factors.from_node = '{{ node }}'
    group by
        flows.funnel, flows.lead_group, flows.sample_number, flows.inflow,
        flows.week_number + tables.waited_weeks
    union all
    select
        funnel,
        lead_group,
        sample_number,
        'open_{{ node }}' as inflow,
        week_number,
        entry_volume
    from open_moves
    where from_node = '{{ node }}'
    {%- if next_node != 'win' %}
    union all
    select
        prices.funnel,
        prices.lead_group,
        prices.sample_number,
        'bypass_{{ next_node }}' as inflow,
        weeks.number as week_number,
        prices.weekly_bypass_{{ next_node }} as entry_volume
    from prices
    cross join weeks
    where prices.weekly_bypass_{{ next_node }} > 0
    {%- endif %}

),
{% endfor %}
node_flows as (
    {% for node in ['lead', 'prospect', 'opportunity', 'win'] %}
    select
        funnel,
        lead_group,
        inflow,
        '{{ node }}' as node,
        sample_number,
        cast(week_number as bigint) as week_number,
        entry_volume
    from {{ node }}_flows
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

int_plan_flows_estimated as (

    select
        {%- for measure in opened %}
        coalesce(moves.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        flows.*
    from node_flows as flows
    left join open_moves as moves
        on
            flows.funnel = moves.funnel
            and flows.lead_group = moves.lead_group
            and flows.sample_number = moves.sample_number
            and flows.week_number = moves.week_number
            and flows.inflow = 'open_' || moves.from_node
            and flows.node = 'win'
            and moves.from_node = 'opportunity'

)

select * from int_plan_flows_estimated
