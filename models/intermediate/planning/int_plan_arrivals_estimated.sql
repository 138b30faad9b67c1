{# Grain: one row a scenario, funnel, source, node, sample and week to come: who gets there, and
   what wins bring. #}
{%- set order_of = {'lead': 1, 'prospect': 2, 'opportunity': 3, 'win': 4} -%}
{%- set starts = {'new': 1, 'first': 1, 'lead': 1, 'prospect': 2, 'opportunity': 3} -%}
with

flows as (select * from {{ ref('int_plan_flows_estimated') }}),

prices as (select * from {{ ref('int_plan_prices_estimated') }}),

changes as (select * from {{ ref('int_plan_scenario_effects_estimated') }}),

paths as (

    -- The steps that lie between a source and a node.
    {% for source, start in starts.items() %}
    {%- set is_last_source = loop.last %}
    {%- for node, place in order_of.items() if place >= start %}
    {%- set is_last_node = loop.last %}
    {%- for step, number in order_of.items() if number >= start and number < 4 %}
    select
        '{{ source }}' as source,
        '{{ node }}' as node,
        '{{ step }}' as step,
        {{ (number < place) | lower }} as is_taken
    {{ 'union all' if not (is_last_source and is_last_node and loop.last) }}
    {%- endfor %}{% endfor %}{% endfor %}

),

ways as (

    select
        changes.scenario,
        changes.funnel,
        paths.source,
        paths.node,
        exp({{ exact_sum(
            'case when paths.is_taken then ln(greatest(changes.rate_factor, 0.000001)) else 0 end', 15
        ) }}) as rate_factor,
        {{ exact_sum('case when paths.is_taken then changes.added_wait else 0 end') }}
            as added_wait,
        max(changes.price_factor) as price_factor,
        max(changes.fixed_price) as fixed_price
    from changes
    inner join paths on changes.step = paths.step
    group by changes.scenario, changes.funnel, paths.source, paths.node

),

valued as (

    select
        flows.funnel,
        flows.source,
        flows.node,
        flows.sample_number,
        flows.week_number,
        {{ exact_sum('flows.entry_volume', 12) }} as entry_volume,
        {{ exact_sum('flows.entry_volume * prices.mean_price') }} as won_value,
        {{ exact_sum('flows.entry_volume * prices.mean_square_price') }} as square_value
    from flows
    inner join prices on {{ same('flows', 'prices', ['funnel', 'segment', 'sample_number']) }}
    group by flows.funnel, flows.source, flows.node, flows.sample_number, flows.week_number

),

halves as ({{ whole_numbers(0, 1) }}),

shifted as (

    -- A wait that changes by days moves arrivals by part of a week, into one week and the next.
    select
        ways.scenario,
        ways.price_factor,
        ways.fixed_price,
        valued.funnel,
        valued.source,
        valued.node,
        valued.sample_number,
        valued.entry_volume * ways.rate_factor as entry_volume,
        valued.won_value * ways.rate_factor as won_value,
        valued.square_value * ways.rate_factor as square_value,
        greatest(valued.week_number + ways.added_wait / 7, 0) as week_place
    from valued
    inner join ways on {{ same('valued', 'ways', ['funnel', 'source', 'node']) }}

),

int_plan_arrivals_estimated as (

    select
        shifted.scenario,
        shifted.funnel,
        shifted.source,
        shifted.node,
        shifted.sample_number,
        cast(floor(shifted.week_place) as bigint) + halves.number as week_number,
        {{ exact_sum('shifted.entry_volume * ' ~ part_of_week(), 12) }} as entry_volume,
        {{ exact_sum(
            'coalesce(shifted.entry_volume * shifted.fixed_price, shifted.won_value * shifted.price_factor) * '
            ~ part_of_week()
        ) }} as won_value,
        {{ exact_sum(
            'coalesce(shifted.entry_volume * power(shifted.fixed_price, 2),
                shifted.square_value * power(shifted.price_factor, 2)) * '
            ~ part_of_week()
        ) }} as square_value
    from shifted
    cross join halves
    where {{ part_of_week() }} > 0
    group by
        shifted.scenario, shifted.funnel, shifted.source, shifted.node, shifted.sample_number,
        cast(floor(shifted.week_place) as bigint) + halves.number

)

select * from int_plan_arrivals_estimated
