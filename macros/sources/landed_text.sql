{# A source column as it has landed, as text without blanks around it; null where nothing has. #}
{% macro landed_text(column) -%}
    nullif({{ trimmed('cast(' ~ adapter.quote(column.name) ~ ' as ' ~ dbt.type_string() ~ ')') }}, '')
{%- endmacro %}
