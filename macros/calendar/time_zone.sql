{# The business's time zone: the var time_zone, checked. #}
{% macro time_zone() -%}
    {%- set zone = var('time_zone') | string -%}
    {%- if zone not in modules.pytz.all_timezones -%}
        {{ exceptions.raise_compiler_error("The var time_zone is '" ~ zone ~ "': write a name of the IANA list, such as UTC, Europe/Berlin or America/Phoenix.") }}
    {%- endif -%}
    {{ return(zone) }}
{%- endmacro %}
