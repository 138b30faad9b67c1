{# For an analysis: stops where a key was chosen that no row of the table has, instead of showing an empty table. #}
{% macro stop_unless_found(table, column, key) -%}
    {%- if execute and key is not none and not run_query(
        'select 1 as found from ' ~ table ~ ' where ' ~ column ~ ' = ' ~ (key | int) ~ ' limit 1'
    ) | length -%}
        {{ exceptions.raise_compiler_error(
            'No row of ' ~ table.schema ~ '.' ~ table.identifier ~ ' has the ' ~ column ~ ' ' ~ key ~ '. Choose one that stands there.'
        ) }}
    {%- endif -%}
{%- endmacro %}
