{# Grain: one row a channel: what today's leads cost in a week, and what the planned ones will. #}
{%- set told = [
    'weekly_leads', 'low_80_leads', 'high_80_leads', 'low_95_leads', 'high_95_leads'
] -%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

channels as (select * from {{ ref('int_plan_channels_aggregated') }}),

targets as (

    select * from {{ ref('plan_targets') }} where scenario = 'base' and period = 'all'

),

recent as (

    select
        funnel,
        coalesce(first_channel, 'unknown') as channel,
        {{ as_double('count(*)') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads
    from journeys
    where {{ week_number('lead_at') }} between -{{ int_var('planning_recent_weeks') }} and -1
    group by funnel, coalesce(first_channel, 'unknown')

),

wanted as (

    select
        recent.channel,
        {%- for column in told %}
        {{ exact_sum(
            'recent.weekly_leads * coalesce(targets.' ~ column ~ ' / targets.today_leads, 1)', 6
        ) }}
            as {{ column }},
        {%- endfor %}
        {{ exact_sum('recent.weekly_leads') }} as today_leads
    from recent
    left join targets on recent.funnel = targets.funnel
    group by recent.channel

),

plan_budget as (

    select
        wanted.channel,
        coalesce(channels.month_count, 0) as month_count,
        channels.lead_cost_amount,
        channels.returns_power,
        wanted.today_leads,
        wanted.weekly_leads as planned_leads,
        {{ as_amount('channels.lead_cost_amount * wanted.today_leads') }} as today_week_amount,
        {{ spend_for('wanted.weekly_leads') }} as planned_week_amount,
        {{ spend_for('wanted.low_80_leads') }} as low_80_amount,
        {{ spend_for('wanted.high_80_leads') }} as high_80_amount,
        {{ spend_for('wanted.low_95_leads') }} as low_95_amount,
        {{ spend_for('wanted.high_95_leads') }} as high_95_amount
    from wanted
    left join channels on wanted.channel = channels.channel

)

select * from plan_budget
