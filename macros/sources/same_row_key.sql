{# The condition that two tables have the key of the same source row. #}
{% macro same_row_key(one, other) -%}
    {{ one }}.system = {{ other }}.system
            and {{ one }}.source_table = {{ other }}.source_table
            and {{ one }}.source_key = {{ other }}.source_key
{%- endmacro %}
