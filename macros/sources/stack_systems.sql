{# The staging models of one entity under each other, with the system's name in front. #}
{% macro stack_systems(entity, more) -%}
    {%- set columns = shape(entity) -%}
    select * from (
    {%- set systems = [] -%}
    {%- for system, entities in var('systems').items() if entity in entities %}{% do systems.append(system) %}{% endfor %}
    {%- for system in systems %}
        select
            {{ text_literal(system, 'A name in the var systems') }} as system,
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            {{ more | join(', ') }},
            source_table,
            coalesce(source_key, '') as source_key,
            loaded_at,
            deleted_at
        from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            {{ typed_null('text') }} as system,
            {%- for name, type in columns.items() %}
            {{ typed_null(type) }} as {{ name }},
            {%- endfor %}
            {%- for name in more %}
            {{ typed_null('text') }} as {{ name }},
            {%- endfor %}
            {{ typed_null('text') }} as source_table,
            {{ typed_null('text') }} as source_key,
            {{ typed_null('timestamp') }} as loaded_at,
            {{ typed_null('timestamp') }} as deleted_at
        where false
    {%- endfor %}
    ) as stacked
{%- endmacro %}
