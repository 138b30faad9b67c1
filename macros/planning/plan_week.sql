{# The first day of a business week given by its number: 0 is the week of the cutoff. #}
{% macro plan_week(week_number) -%}
    cast({{ add_days(period_start('week', cutoff()), '7 * (' ~ week_number ~ ')') }} as date)
{%- endmacro %}
