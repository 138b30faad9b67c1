{# Grain: one row a funnel, measure and day to come: what is expected of the plan's nodes and of the
   stages between them. #}
{%- set between = ['mql', 'sal'] -%}
with

nodes as (select * from {{ ref('expected_nodes') }}),

steps as (

    select * from {{ ref('conversion_steps') }}
    where is_next and to_stage in ('{{ between | join("', '") }}')

),

curves as (

    select * from {{ ref('conversion_curves') }} where slice_name in ('all', 'funnel')

),

waiting as (

    select
        step,
        funnel,
        waited_days,
        count(*) as journey_count
    from {{ ref('journey_steps') }}
    where is_next and is_timed and result = 'open'
    group by step, funnel, waited_days

),

funnels as (select distinct funnel from nodes),

known as (

    select
        step,
        slice_value as funnel,
        max(slice_converted_count) as converted_count
    from curves
    where slice_name = 'funnel'
    group by step, slice_value

),

rates as (

    -- Fewer conversions than five make no curve: the whole company's is taken.
    select
        funnels.funnel,
        curves.step,
        curves.waited_days,
        curves.waiting_rate,
        curves.converted_rate - coalesce(lag(curves.converted_rate) over (
            partition by funnels.funnel, curves.step order by curves.waited_days
        ), 0) as converting_rate
    from funnels
    cross join steps
    left join known on funnels.funnel = known.funnel and steps.step = known.step
    inner join curves
        on
            steps.step = curves.step
            and curves.slice_value = case
                when known.converted_count >= 5 then funnels.funnel else 'all'
            end

),

flows_0 as (select * from nodes),
{% for stage in between %}
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
            waiting.journey_count * rates.converting_rate / still.waiting_rate as volume
        from waiting
        inner join steps on waiting.step = steps.step
        inner join rates as still
            on {{ same('waiting', 'still', ['funnel', 'step', 'waited_days']) }}
        inner join rates
            on
                {{ same('waiting', 'rates', ['funnel', 'step']) }}
                and waiting.waited_days < rates.waited_days
        where steps.to_stage = '{{ stage }}'
        union all
        select
            flows.funnel,
            flows.day_number + rates.waited_days as day_number,
            flows.expected_volume * rates.converting_rate as volume
        from flows_{{ loop.index0 }} as flows
        inner join steps on flows.measure = 'entered_' || steps.stage
        inner join rates on {{ same('flows', 'rates', ['funnel']) }} and steps.step = rates.step
        where steps.to_stage = '{{ stage }}'
    ) as arrived
    where arrived.day_number < 7 * {{ int_var('planning_weeks') }}
    group by arrived.funnel, arrived.day_number

),
{% endfor %}
expected_days as (

    select
        funnel,
        measure,
        cast(day_number as bigint) as day_number,
        cast(expected_volume as decimal(28, 10)) as expected_volume
    from flows_{{ between | length }}

)

select * from expected_days
