{# A query: the whole numbers from one to another, both included, in the column `number`. #}
{% macro whole_numbers(first, last) -%} {{ return(adapter.dispatch('whole_numbers', 'revenue_funnel')(first, last)) }} {%- endmacro %}

{% macro default__whole_numbers(first, last) -%}
    select spine.number from (select unnest(generate_series({{ first }}, {{ last }})) as number) as spine
{%- endmacro %}

{% macro postgres__whole_numbers(first, last) -%}
    select spine.number from generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint)) as spine (number)
{%- endmacro %}
