{# Grain: one row a journey: the story of fct_lifecycle with a column a stage. #}
{%- set ladder = [
    'awareness', 'lead', 'mql', 'sal', 'sql', 'opportunity', 'customer', 'onboarded', 'retained', 'expanded'
] -%}
{%- set exits = ['disqualified', 'lost', 'churned'] -%}

with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

fct_journeys as (

    select
        journey_key,
        max(person_key) as person_key,
        max(account_key) as account_key,
        max(owner_key) as owner_key,
        max(funnel) as funnel,
        max(first_channel) as first_channel,
        max(last_channel) as last_channel,
        max(case when is_current then stage end) as current_stage,
        max(case when is_current then outcome end) as outcome,
        cast(sum(case when stage = 'customer' then amount end) as decimal(18, 2))
            as won_amount,
        cast(max(case when stage = 'opportunity' then amount end) as decimal(18, 2))
            as opportunity_amount,
        cast(
            sum(case when stage in ('retained', 'expanded') then amount end) as decimal(18, 2)
        ) as later_amount,
        {%- for stage in ladder + exits %}
        bool_or(stage = '{{ stage }}') as has_{{ stage }},
        {%- endfor %}
        {%- for stage in ladder + exits %}
        min(case when stage = '{{ stage }}' then entered_at end) as {{ stage }}_at,
        {%- endfor %}
        min(entered_at) as started_at
    from lifecycle
    group by journey_key

)

select * from fct_journeys
