{# Grain: one row a funnel, segment, sample, source, node and week to come: how many get there.

Sources: `new`, the leads to come, one a week; `first`, one lead in the first week; and those who wait at the
cutoff in each stage: `lead`, `prospect`, `opportunity`. #}
{%- set steps = [('lead', 'prospect'), ('prospect', 'opportunity'), ('opportunity', 'win')] -%}
{%- set last_week = int_var('planning_weeks') -%}
with

waits as (select * from {{ ref('int_plan_life_tables_estimated') }}),

drifts as (select * from {{ ref('int_plan_rate_trends_combined') }}),

prices as (select * from {{ ref('int_plan_prices_estimated') }}),

shapes as (select * from {{ ref('int_plan_week_shapes_estimated') }}),

waiting as (select * from {{ ref('int_plan_waiting_counted') }}),

rates as (

    {{ moving_rates() }}

),

lead_flows as (

    select
        prices.funnel,
        prices.segment,
        prices.sample_number,
        'new' as source,
        shapes.week_number,
        prices.mix_share * shapes.lead_weight as entry_volume
    from prices
    inner join shapes on prices.funnel = shapes.funnel
    where prices.mix_share > 0
    union all
    select
        funnel,
        segment,
        sample_number,
        'first' as source,
        0 as week_number,
        mix_share as entry_volume
    from prices
    where mix_share > 0

),
{% for node, next_node in steps %}
{{ next_node }}_flows as (

    select
        flows.funnel,
        flows.segment,
        flows.sample_number,
        flows.source,
        flows.week_number + rates.waited_weeks as week_number,
        {{ exact_sum(
            'flows.entry_volume * rates.advance_rate * '
            ~ drifted('flows.week_number + rates.waited_weeks'), 12
        ) }} as entry_volume
    from {{ node }}_flows as flows
    inner join rates on {{ same('flows', 'rates', ['funnel', 'segment', 'sample_number']) }}
    where
        rates.step = '{{ node }}'
        and flows.week_number + rates.waited_weeks < {{ last_week }}
    group by
        flows.funnel, flows.segment, flows.sample_number, flows.source,
        flows.week_number + rates.waited_weeks
    union all
    select
        funnel,
        segment,
        sample_number,
        source,
        week_number,
        entry_volume
    from waiting
    where source = '{{ node }}'

),
{% endfor %}
int_plan_flows_estimated as (
    {% for node in ['lead', 'prospect', 'opportunity', 'win'] %}
    select
        funnel,
        segment,
        source,
        '{{ node }}' as node,
        sample_number,
        cast(week_number as bigint) as week_number,
        entry_volume
    from {{ node }}_flows
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from int_plan_flows_estimated
