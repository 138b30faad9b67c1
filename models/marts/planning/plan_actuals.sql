{# Grain: one row a promise whose week is over: what was planned beside what happened. #}
{%- set nodes = {
    'awareness': 'awareness_at', 'lead': 'lead_at', 'prospect': 'prospect_at', 'opportunity': 'opportunity_at', 'win': 'win_at'
} -%}
with

promises as (

    select * from {{ ref('history_plans') }}
    where {{ days_from_cutoff('cast(plan_week as timestamp)') }} <= -7

),

journeys as (select * from {{ ref('fct_journeys') }}),

arrived as (
    {% for node, moment in nodes.items() %}
    select
        funnel,
        '{{ node }}' as node,
        cast({{ moment }} as date) as arrived_date,
        count(*) as arrived_count
    from journeys
    where {{ moment }} is not null
    group by funnel, cast({{ moment }} as date)
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

happened as (

    select
        promises.made_week,
        promises.funnel,
        promises.node,
        promises.plan_week,
        sum(arrived.arrived_count) as arrived_count
    from promises
    inner join arrived
        on
            {{ same('promises', 'arrived', ['funnel', 'node']) }}
            and promises.plan_week <= arrived.arrived_date
            and arrived.arrived_date
            < cast({{ add_days('cast(promises.plan_week as timestamp)', 7) }} as date)
    group by promises.made_week, promises.funnel, promises.node, promises.plan_week

),

plan_actuals as (

    select
        promises.made_week,
        promises.funnel,
        promises.node,
        promises.plan_week,
        promises.owner_team,
        promises.weeks_ahead,
        promises.planned_volume,
        cast(coalesce(happened.arrived_count, 0) as bigint) as happened_count,
        coalesce(happened.arrived_count, 0) - promises.planned_volume as error_volume,
        coalesce(happened.arrived_count, 0)
        between promises.low_80_volume and promises.high_80_volume as is_in_80,
        coalesce(happened.arrived_count, 0)
        between promises.low_95_volume and promises.high_95_volume as is_in_95
    from promises
    left join happened
        on {{ same('promises', 'happened', ['made_week', 'funnel', 'node', 'plan_week']) }}

)

select * from plan_actuals
