{# Grain: one row a funnel, segment, sample, source, node and week to come: how many get there.

Sources: `new`, the leads to come, one a week; `first`, one lead in the first week; and those who wait at the
cutoff in each stage: `lead`, `prospect`, `opportunity`. #}
{%- set steps = [('lead', 'prospect'), ('prospect', 'opportunity'), ('opportunity', 'win')] -%}
{%- set key = ['funnel', 'segment', 'step', 'sample_number'] -%}
{%- set last_week = int_var('planning_weeks') -%}
with

waits as (select * from {{ ref('plan_waits') }}),

drifts as (select * from {{ ref('plan_drifts') }}),

prices as (select * from {{ ref('plan_prices') }}),

shapes as (select * from {{ ref('plan_shapes') }}),

rates as (

    select
        waits.*,
        coalesce(drifts.yearly_drift, 0) as yearly_drift,
        coalesce(drifts.mean_years, 0) as mean_years
    from waits
    left join drifts on {{ same('waits', 'drifts', ['funnel', 'step']) }}

),

held as (

    -- Who waits is known, and the same in every sample; how they will move on is not.
    select
        rates.funnel,
        rates.segment,
        rates.step,
        rates.sample_number,
        rates.waited_weeks,
        waits.open_count / rates.still_rate as entry_volume
    from waits
    inner join rates
        on {{ same('waits', 'rates', ['funnel', 'segment', 'step', 'waited_weeks']) }}
    where
        waits.sample_number = 0
        and waits.open_count > 0
        and waits.waited_weeks > 0
        and waits.step != 'awareness'

),

moving_on as (

    select
        held.funnel,
        held.segment,
        held.sample_number,
        held.step as source,
        rates.waited_weeks - held.waited_weeks as week_number,
        sum(
            held.entry_volume * rates.advance_rate
            * {{ drifted('rates.waited_weeks - held.waited_weeks') }}
        ) as entry_volume
    from held
    inner join rates
        on
            {{ same('held', 'rates', key) }}
            and rates.waited_weeks >= held.waited_weeks
            and rates.waited_weeks < held.waited_weeks + {{ last_week }}
    group by
        held.funnel, held.segment, held.sample_number, held.step,
        rates.waited_weeks - held.waited_weeks

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
        sum(
            flows.entry_volume * rates.advance_rate
            * {{ drifted('flows.week_number + rates.waited_weeks') }}
        ) as entry_volume
    from {{ node }}_flows as flows
    inner join rates on {{ same('flows', 'rates', ['funnel', 'segment', 'sample_number']) }}
    where
        rates.step = '{{ node }}'
        and flows.week_number + rates.waited_weeks < {{ last_week }}
    group by
        flows.funnel, flows.segment, flows.sample_number, flows.source,
        flows.week_number + rates.waited_weeks
    union all
    select * from moving_on where source = '{{ node }}'

),
{% endfor %}
plan_flows as (
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

select * from plan_flows
