{# A moment cut to its day, its week from Monday, its month, its calendar quarter or its calendar year. For period_start alone, which
   knows the business's calendar. #}
{% macro cut_time(unit, moment) -%} {{ return(adapter.dispatch('cut_time', 'revenue_funnel')(unit, moment)) }} {%- endmacro %}

{% macro default__cut_time(unit, moment) -%} date_trunc('{{ unit }}', {{ moment }}) {%- endmacro %}

{% macro postgres__cut_time(unit, moment) -%} date_trunc('{{ unit }}', cast({{ moment }} as timestamp)) {%- endmacro %}
