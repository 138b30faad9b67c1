{# Grain: one row a system, entity and day with usable rows. #}
{%- set dated = {
    'people': 'created_at', 'touches': 'occurred_at', 'stage_claims': 'claimed_at',
    'opportunities': 'created_at', 'payments': 'paid_at', 'service_events': 'occurred_at',
    'ad_spend': 'spend_date',
} -%}

with

people as (select * from {{ ref('int_people_unioned') }}),

touches as (

    -- What was erased since did land.
    select
        system,
        occurred_at
    from {{ ref('int_touches_unioned') }}
    union all
    select
        system,
        occurred_at
    from {{ ref('int_erased_touches_selected') }}

),

stage_claims as (select * from {{ ref('int_stage_claims_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

service_events as (select * from {{ ref('int_service_events_unioned') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

int_loads_counted as (

    {%- for entity, time in dated.items() %}
    select
        system,
        'missing_data' as signal,
        '{{ entity }}' as subject,
        cast({{ time }} as date) as count_date,
        cast(0 as bigint) as bad_count,
        count(*) as all_count
    from {{ entity }}
    where {{ time }} is not null
    group by system, count_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from int_loads_counted
