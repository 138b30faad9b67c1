{# Grain: one row per person and interval, with the profile: the attributes that rules use, as
   far as rules can tell them apart. Many persons share a profile, so each rule is evaluated once
   per profile. #}
{%- set attributes = definition_attributes() -%}
{%- set profile_parts = [] -%}
{%- for name in attributes -%}
    {%- do profile_parts.append(
        "coalesce(cast(" ~ name ~ " as " ~ dbt.type_string() ~ "), '?')"
    ) -%}
{%- endfor -%}

with

attribute_intervals as (select * from {{ ref('int_person_attributes_dated') }}),

rules as (select * from {{ ref('int_required_rules_listed') }}),

attribute_uses as (

    select
    {%- for name in attributes %}
        bool_or(attribute = '{{ name }}') as uses_{{ name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from rules

),

thresholds as (

    -- Numbers between two thresholds are the same to every rule.
    select distinct
        attribute,
        cast(value as bigint) + case when operator = 'at_most' then 1 else 0 end as threshold
    from rules
    where operator in ('at_least', 'at_most') and attribute != 'score'

),

{% for name, kind in attributes.items() if kind == 'number' -%}
{{ name }}_thresholds as (

    select
        attribute_intervals.{{ name }},
        max(thresholds.threshold) as threshold
    from attribute_intervals
    inner join thresholds
        on
            thresholds.attribute = '{{ name }}'
            and attribute_intervals.{{ name }} >= thresholds.threshold
    group by attribute_intervals.{{ name }}

),

{% endfor -%}
profile_intervals as (

    select
        attribute_intervals.person_key,
        {%- for name, kind in attributes.items() %}
        {%- if kind == 'number' %}
        case
            when attribute_uses.uses_{{ name }} and attribute_intervals.{{ name }} is not null
                then coalesce({{ name }}_thresholds.threshold, 0)
        end as {{ name }},
        {%- else %}
        case when attribute_uses.uses_{{ name }} then attribute_intervals.{{ name }} end
            as {{ name }},
        {%- endif %}
        {%- endfor %}
        attribute_intervals.valid_from,
        attribute_intervals.valid_to
    from attribute_intervals
    cross join attribute_uses
    {%- for name, kind in attributes.items() if kind == 'number' %}
    left join {{ name }}_thresholds
        on attribute_intervals.{{ name }} = {{ name }}_thresholds.{{ name }}
    {%- endfor %}

),

int_person_profiles_dated as (

    select
        *,
        {{ key_of(profile_parts) }} as profile_key
    from profile_intervals

)

select * from int_person_profiles_dated
