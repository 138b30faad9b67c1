{# The first week that rates are taken from, as a week number: planning_history_weeks back, but not before planning_history_from. #}
{% macro plan_first_week() -%}
    greatest(-1 * {{ int_var('planning_history_weeks') }}, {{ week_number("cast(" ~ text_var('planning_history_from') ~ " as timestamp)") }})
{%- endmacro %}
