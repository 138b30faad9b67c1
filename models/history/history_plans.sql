{# Grain: one row a week in which a plan was made, funnel, node and week planned. Never rebuilt:
   what was promised stays. #}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail'
) }}
with

weeks as (select * from {{ ref('plan_weeks') }} where scenario = 'base'),

history_plans as (

    select
        cast(date_trunc('week', {{ cutoff() }}) as date) as made_week,
        {{ week_date(0) }} as made_date,
        funnel,
        node,
        plan_week,
        owner_team,
        week_number as weeks_ahead,
        planned_volume,
        low_80_volume,
        high_80_volume,
        low_95_volume,
        high_95_volume
    from weeks
    {% if is_incremental() %}
    -- A week's first plan is its promise; a later one is next week's.
    where cast(date_trunc('week', {{ cutoff() }}) as date)
        > (select coalesce(max(past.made_week), cast('1900-01-01' as date)) from {{ this }} as past)
    {% endif %}

)

select * from history_plans
