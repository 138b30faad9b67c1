{# A month as the text that names it: 2026-07. #}
{% macro period_of(month) -%} substr(cast({{ month }} as {{ dbt.type_string() }}), 1, 7) {%- endmacro %}
