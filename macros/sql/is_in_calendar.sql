{# Whether the calendar has a moment, written as 2026-07-01 or 2026-07-01 12:00:00. #}
{% macro is_in_calendar(moment) -%}
    {%- set year, month, day = moment[:4] | int, moment[5:7] | int, moment[8:10] | int -%}
    {%- set leap_day = 1 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 0 -%}
    {%- set days = [31, 28 + leap_day, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {{ return(
        year > 0 and 0 < month < 13 and 0 < day <= days[month - 1]
        and moment[11:13] | int < 24 and moment[14:16] | int < 60 and moment[17:19] | int < 60
    ) }}
{%- endmacro %}
