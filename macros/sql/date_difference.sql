{# Days from one date to a later one, as a whole number. #}
{% macro date_difference(earlier, later) -%} {{ return(adapter.dispatch('date_difference', 'revenue_funnel')(earlier, later)) }} {%- endmacro %}

{% macro default__date_difference(earlier, later) -%} {{ later }} - {{ earlier }} {%- endmacro %}

{% macro spark__date_difference(earlier, later) -%} datediff({{ later }}, {{ earlier }}) {%- endmacro %}
