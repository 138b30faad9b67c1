{# Grain: one row per profile and segment that it belongs to: each value of a text or a band of a
   number that rules use (country DE, employees 50), so that a change for one segment shows. #}
with

profiles as (select * from {{ ref('int_person_profiles_dated') }}),

int_profile_segments_matched as (

    {%- for name, kind in definition_attributes().items() if kind in ('text', 'number') %}
    select distinct
        profile_key,
        '{{ name }} ' || cast({{ name }} as {{ dbt.type_string() }}) as segment
    from profiles
    where {{ name }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from int_profile_segments_matched
