{# The first week that rates are taken from, as a week number: planning_history_weeks back, and never before planning_from. #}
{% macro plan_first_week() -%}
    greatest(-1 * {{ int_var('planning_history_weeks') }}, {{ week_number("cast(" ~ text_var('planning_from') ~ " as timestamp)") }})
{%- endmacro %}
