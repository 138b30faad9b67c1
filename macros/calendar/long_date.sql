{# A date as people write it: 18 May 2026. #}
{% macro long_date(date) -%} {{ return(adapter.dispatch('long_date', 'revenue_funnel')(date)) }} {%- endmacro %}

{% macro default__long_date(date) -%} strftime({{ date }}, '%-d %B %Y') {%- endmacro %}

{% macro postgres__long_date(date) -%} to_char({{ date }}, 'FMDD FMMonth YYYY') {%- endmacro %}

{% macro spark__long_date(date) -%} date_format({{ date }}, 'd MMMM yyyy') {%- endmacro %}
