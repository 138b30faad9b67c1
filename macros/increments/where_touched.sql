{# A clause: of a table that has the key, the rows of touched keys only; all rows where the model is made anew (plan_increment), and on
   an engine on which no build keeps rows. touched: the name of the model that has the query of touched_keys. #}
{% macro where_touched(key, touched) -%}
    {#- A unit test has no last build. -#}
    {%- if model.resource_type != 'unit_test' -%}
    {%- set touched_keys = ref(touched) -%}
    {%- if target.type == 'duckdb' -%}
    where {{ key }} in (
        select {{ key }} from {{ touched_keys }}
        where is_touched or {{ is_made_anew() }}
    )
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Whether the model is made anew, as plan_increment has decided: a variable of its connection to DuckDB, true where it is not set. #}
{% macro is_made_anew() -%} coalesce(getvariable('{{ this.identifier }}_is_made_anew'), true) {%- endmacro %}
