{# In a select list: one row for each word of a list that is separated by blanks. #}
{% macro words_of(words) -%} {{ return(adapter.dispatch('words_of', 'revenue_funnel')(words)) }} {%- endmacro %}

{% macro default__words_of(words) -%} unnest(string_split({{ words }}, ' ')) {%- endmacro %}

{% macro postgres__words_of(words) -%} unnest(string_to_array({{ words }}, ' ')) {%- endmacro %}

{% macro spark__words_of(words) -%} explode(split({{ words }}, ' ')) {%- endmacro %}
