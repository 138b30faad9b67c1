{# Which share of a week's seven days lies in a period when all comes some days earlier, but never before the cutoff. #}
{% macro week_in_period(days_earlier) -%}
    greatest(
            least(7 * arrivals.week_number + 7 - {{ days_earlier }}, periods.before_day)
            - greatest(
                7 * arrivals.week_number - {{ days_earlier }},
                case when periods.from_day <= 0 then -{{ days_earlier }} else periods.from_day end
            ), 0
        ) / 7
{%- endmacro %}
