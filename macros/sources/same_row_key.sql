{# The condition that two tables speak of one landed row's key. #}
{% macro same_row_key(one, other) -%}
    {{ one }}.system = {{ other }}.system
            and {{ one }}.source_table = {{ other }}.source_table
            and {{ one }}.source_key = {{ other }}.source_key
{%- endmacro %}
