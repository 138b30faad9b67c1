{# The first day of a week given by its number from the cutoff. #}
{% macro week_date(week_number) -%}
    cast({{ add_days("date_trunc('day', " ~ cutoff() ~ ")", '7 * (' ~ week_number ~ ')') }} as date)
{%- endmacro %}
