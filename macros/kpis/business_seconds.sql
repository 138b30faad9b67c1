{# An expression: the business seconds (vars business_hours, business_weekdays) from Monday, 29 December 1969 until a moment, so that the
   difference of two of them is the business time between. Holidays count as working days. #}
{% macro business_seconds(moment) -%}
    {%- set hours = var('business_hours') -%}
    {%- set weekdays = business_weekdays() -%}
    {%- if not (0 <= hours['start'] | int < hours['end'] | int <= 24) -%}
        {{ exceptions.raise_compiler_error("The var business_hours is '" ~ hours ~ "': start must be before end, both from 0 to 24.") }}
    {%- endif -%}
    {%- set day_seconds = (hours['end'] | int - hours['start'] | int) * 3600 -%}
    {%- set day = '(' ~ date_difference("date '1969-12-29'", 'cast(' ~ moment ~ ' as date)') ~ ')' -%}
    {%- set second = "(date_part('hour', " ~ moment ~ ") * 3600 + date_part('minute', " ~ moment ~ ") * 60 + date_part('second', " ~ moment ~ "))" -%}
    (
            cast(floor({{ day }} / 7.0) as bigint) * {{ (weekdays | length) * day_seconds }}
            + case {{ day }} % 7
                {%- for before in range(7) %}
                when {{ before }} then {{ (weekdays | select('le', before) | list | length) * day_seconds }}
                {%- endfor %}
            end
            + case when {{ weekday_number(moment) }} in ({{ weekdays | join(', ') }})
                then greatest(0, least({{ day_seconds }}, {{ second }} - {{ hours['start'] | int * 3600 }}))
                else 0
            end
        )
{%- endmacro %}
