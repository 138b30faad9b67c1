{# A query: which system's value of an attribute wins, as the seed survivorship ranks them; of an own attribute, the system that the var
   own_attributes names first. #}
{% macro attribute_system_ranks() -%}
    select
        entity,
        attribute,
        system,
        rank
    from {{ seed_by_system(ref('survivorship')) }}
    {%- for name, own in own_attributes().items() %}
    {%- for system in own_attribute_systems(name) %}
    union all
    select
        '{{ own.entity }}' as entity,
        '{{ name }}' as attribute,
        '{{ system }}' as system,
        {{ loop.index }} as rank
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
