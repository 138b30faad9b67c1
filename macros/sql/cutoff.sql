{# The moment up to which this build looks, as a timestamp in the business's time zone. The only clock that models may ask; staging,
   whose times are in UTC, asks utc_time(cutoff()). #}
{% macro cutoff() -%}
    {%- set value = var('cutoff') | string -%}
    {%- if value == 'now' -%}
        {%- set value = run_started_at.astimezone(modules.pytz.timezone(time_zone())).strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- elif not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?$', value) -%}
        {{ exceptions.raise_compiler_error("The var cutoff is '" ~ value ~ "': write it as 2026-07-01, as 2026-07-01 12:00:00 (in the var time_zone), or as now.") }}
    {%- elif not is_in_calendar(value) -%}
        {{ exceptions.raise_compiler_error("The var cutoff is '" ~ value ~ "': the calendar has no such moment.") }}
    {%- endif -%}
    cast('{{ value }}' as timestamp)
{%- endmacro %}
