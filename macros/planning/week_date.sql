{# The first day of a week that is numbered from the cutoff. #}
{% macro week_date(week_number) -%}
    cast({{ add_days("date_trunc('day', " ~ cutoff() ~ ")", '7 * (' ~ week_number ~ ')') }} as date)
{%- endmacro %}
