{# Whole spans of seven days from midnight of the cutoff's day to a moment: 0 is the first one ahead, -1 the last complete one. Rates are
   estimated from such spans, so that no week under way counts; what is published is cut to the business's weeks (plan_week). #}
{% macro week_number(moment) -%}
    cast(floor({{ days_from_cutoff(period_start('day', moment)) }} / 7) as bigint)
{%- endmacro %}
