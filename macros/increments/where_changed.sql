{# A clause: of a table that has the key, the rows of changed keys only; all rows where the model is made anew (plan_increment), and on
   an engine on which no build keeps rows. changes: the name of the model that has the query of changed_keys. #}
{% macro where_changed(key, changes) -%}
    {#- A unit test has no last build. -#}
    {%- if model.resource_type != 'unit_test' -%}
    {%- set changed_rows = ref(changes) -%}
    {%- if target.type == 'duckdb' -%}
    where {{ key }} in (
        select {{ key }} from {{ changed_rows }}
        where has_changed or {{ is_made_anew() }}
    )
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Whether the model is made anew, as plan_increment has decided: a variable of its connection to DuckDB, true where it is not set. #}
{% macro is_made_anew() -%} coalesce(getvariable('{{ this.identifier }}_is_made_anew'), true) {%- endmacro %}
