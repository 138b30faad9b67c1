{# A month as people write it: May 2026. #}
{% macro month_name(moment) -%} {{ return(adapter.dispatch('month_name', 'revenue_funnel')(moment)) }} {%- endmacro %}

{% macro default__month_name(moment) -%} strftime({{ moment }}, '%B %Y') {%- endmacro %}

{% macro postgres__month_name(moment) -%} to_char({{ moment }}, 'FMMonth YYYY') {%- endmacro %}

{% macro spark__month_name(moment) -%} date_format({{ moment }}, 'MMMM yyyy') {%- endmacro %}
