{# Grain: one row a funnel, measure and day to come: what is expected of the plan's nodes and of the
   stages between them. #}
{%- set between = ['mql', 'sal'] -%}
{%- set stages = "('" ~ between | join("', '") ~ "')" -%}
with

journey_steps as (

    select * from {{ ref('fct_journey_steps') }}
    where is_next and is_timed and to_stage in {{ stages }}

),

slices as (

    {{ slices(['all', 'funnel']) }}

),

counts as (

    select
        journey_steps.stage,
        journey_steps.to_stage,
        case when slices.slice_name = 'all' then 'all' else journey_steps.funnel end as funnel,
        journey_steps.waited_days,
        count(*) filter (where journey_steps.result = 'converted') as converted_count,
        count(*) filter (where journey_steps.result in ('lost', 'returned')) as out_count,
        count(*) filter (where journey_steps.result = 'open') as open_count
    from journey_steps
    cross join slices
    group by
        journey_steps.stage, journey_steps.to_stage,
        case when slices.slice_name = 'all' then 'all' else journey_steps.funnel end,
        journey_steps.waited_days

),

{{ incidence(['to_stage', 'funnel'], 'waited_days') }},

trusted as (

    -- Fewer conversions than five make no curve: the whole company's is taken.
    select
        to_stage,
        funnel,
        case when sum(converted_count) >= 5 then funnel else 'all' end as curve_funnel
    from counts
    where funnel != 'all'
    group by to_stage, funnel

),

rates as (

    select
        trusted.funnel,
        curves.stage,
        curves.to_stage,
        curves.waited_days,
        curves.waiting_rate,
        curves.waiting_before * curves.converted_count / curves.at_risk_count as converting_rate
    from trusted
    inner join incidence as curves
        on trusted.to_stage = curves.to_stage and trusted.curve_funnel = curves.funnel

),

flows_0 as (select * from {{ ref('int_expected_nodes_estimated') }}),
{%- for stage in between %}
flows_{{ loop.index }} as (

    select * from flows_{{ loop.index0 }}
    union all
    select
        arrived.funnel,
        'entered_{{ stage }}' as measure,
        arrived.day_number,
        sum(cast(arrived.volume as decimal(38, 12))) as expected_volume
    from (
        -- Who waits since so many days moves on as those did who once had waited so long.
        select
            waiting.funnel,
            rates.waited_days - waiting.waited_days - 1 as day_number,
            waiting.open_count * rates.converting_rate / still.waiting_rate as volume
        from counts as waiting
        inner join rates as still
            on {{ same('waiting', 'still', ['funnel', 'to_stage', 'waited_days']) }}
        inner join rates
            on
                {{ same('waiting', 'rates', ['funnel', 'to_stage']) }}
                and waiting.waited_days < rates.waited_days
        where waiting.to_stage = '{{ stage }}' and waiting.open_count > 0
        union all
        select
            flows.funnel,
            flows.day_number + rates.waited_days as day_number,
            flows.expected_volume * rates.converting_rate as volume
        from flows_{{ loop.index0 }} as flows
        inner join rates
            on flows.funnel = rates.funnel and flows.measure = 'entered_' || rates.stage
        where rates.to_stage = '{{ stage }}'
    ) as arrived
    where arrived.day_number < 7 * {{ int_var('planning_weeks') }}
    group by arrived.funnel, arrived.day_number

),
{% endfor %}
int_expected_days_estimated as (

    select
        funnel,
        measure,
        cast(day_number as bigint) as day_number,
        cast(expected_volume as decimal(28, 10)) as expected_volume
    from flows_{{ between | length }}

)

select * from int_expected_days_estimated
