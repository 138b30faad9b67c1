{# Which share of a week's seven days lies in a month; both are told in days from the cutoff. #}
{% macro week_in_month() -%}
    (
            least(7 * arrivals.week_number + 7, months.before_day)
            - greatest(7 * arrivals.week_number, months.from_day)
        ) / 7.0
{%- endmacro %}
