{# Grain: one row a person and spell, with the profile: what the rules ask about, as far as they
   tell people apart. Few profiles stand for all persons, so that rules are asked of few. #}
{%- set attributes = definition_attributes() -%}

with

spells as (select * from {{ ref('int_person_attributes_dated') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

asked as (

    select
        {%- for name in attributes %}
        bool_or(attribute = '{{ name }}') as asks_{{ name }},
        {%- endfor %}
        count(*) as rule_count
    from rules

),

thresholds as (

    -- Numbers between two of these are the same to every rule.
    select distinct
        attribute,
        cast(value as bigint) + case when operator = 'at_most' then 1 else 0 end as threshold
    from rules
    where operator in ('at_least', 'at_most') and attribute != 'score'

),

{% for name, kind in attributes.items() if kind == 'number' -%}
{{ name }}_steps as (

    select
        known.{{ name }},
        max(thresholds.threshold) as step
    from (select distinct {{ name }} from spells) as known
    inner join thresholds
        on thresholds.attribute = '{{ name }}' and known.{{ name }} >= thresholds.threshold
    group by known.{{ name }}

),

{% endfor -%}
collapsed as (

    select
        spells.person_key,
        {%- for name, kind in attributes.items() %}
        {%- if kind == 'number' %}
        case
            when asked.asks_{{ name }} and spells.{{ name }} is not null
                then coalesce({{ name }}_steps.step, 0)
        end as {{ name }},
        {%- else %}
        case when asked.asks_{{ name }} then spells.{{ name }} end as {{ name }},
        {%- endif %}
        {%- endfor %}
        spells.valid_from,
        spells.valid_to
    from spells
    cross join asked
    {%- for name, kind in attributes.items() if kind == 'number' %}
    left join {{ name }}_steps on spells.{{ name }} = {{ name }}_steps.{{ name }}
    {%- endfor %}

),

int_person_profiles_dated as (

    select
        *,
        {{ key_of(profile_parts()) }} as profile_key
    from collapsed

)

select * from int_person_profiles_dated
