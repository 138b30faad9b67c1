{# A query: the staging models of one entity in one table, the system's name in front. A column of the shared shape that a staging
   model leaves out of its yml is null. more: further text columns of the staging models. #}
{% macro stack_systems(entity, more) -%}
    {%- set columns = shape(entity) -%}
    {%- set systems = [] -%}
    {%- for system, entities in var('systems').items() if entity in entities %}{% do systems.append(system) %}{% endfor -%}
    select * from (
    {%- for system in systems %}
        {%- set listed = listed_columns('stg_' ~ system ~ '__' ~ entity) %}
        select
            {{ text_literal(system, 'A name in the var systems') }} as system,
            {%- for name, type in columns.items() %}
            {{ name if name in listed or not listed else typed_null(type) ~ ' as ' ~ name }},
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
            {%- for name in more + ['source_table', 'source_key'] %}
            {{ typed_null('text') }} as {{ name }},
            {%- endfor %}
            {{ typed_null('timestamp') }} as loaded_at,
            {{ typed_null('timestamp') }} as deleted_at
        where false
    {%- endfor %}
    ) as stacked
{%- endmacro %}
