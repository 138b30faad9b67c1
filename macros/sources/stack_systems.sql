{# A query: the staging models of one entity in one table, the system's name in front, times in the business's time zone. Columns of
   the shared shape that a staging model leaves out are null. more: further text columns of the staging models. #}
{% macro stack_systems(entity, more) -%}
    {%- set columns = dict(shape(entity)) -%}
    {%- for name in more + ['source_table', 'source_key'] %}{% do columns.update({name: 'text'}) %}{% endfor -%}
    {%- for name in ['loaded_at', 'deleted_at'] %}{% do columns.update({name: 'timestamp'}) %}{% endfor -%}
    {#- Own attributes are read from the row as it has landed. -#}
    {%- set read = dict(columns) -%}
    {%- if own_attributes(entity) %}{% do read.update({'row_json': 'text'}) %}{% endif -%}
    {%- set systems = [] -%}
    {%- for system, entities in var('systems').items() if entity in entities %}{% do systems.append(system) %}{% endfor -%}
    select * from (
    {%- for system in systems %}
        {%- set staged = staged_columns(system, entity) %}
        {%- set staging = ref('stg_' ~ connector_of(system) ~ '__' ~ entity) %}
        select
            {{ text_literal(system, 'A name in the var systems') }} as system
            {%- for name, type in columns.items() %},
            {% if name in own_attributes(entity) %}{{ own_attribute_value(name, system) }} as {{ name }}
            {%- elif staged and name not in staged %}{{ typed_null(type) }} as {{ name }}
            {%- elif name == 'source_key' %}coalesce(source_key, '') as source_key
            {%- elif type == 'timestamp' and time_zone() != 'UTC' %}{{ business_time(name) }} as {{ name }}
            {%- else %}{{ name }}
            {%- endif %}
            {%- endfor %}
        from {{ erased_apart(system, entity, staging, read, staged) }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            {{ typed_null('text') }} as system
            {%- for name, type in columns.items() %},
            {{ typed_null(type) }} as {{ name }}
            {%- endfor %}
        where false
    {%- endfor %}
    ) as stacked
{%- endmacro %}
