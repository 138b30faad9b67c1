{# A timestamp in UTC as the clock of the business's time zone shows it. Staging has times in UTC, everything after it local times. #}
{% macro business_time(utc) -%} {{ return(adapter.dispatch('business_time', 'revenue_funnel')(utc)) }} {%- endmacro %}

{% macro default__business_time(utc) -%}
    {%- set zone = time_zone() -%}
    {{ utc if zone == 'UTC' else "((" ~ utc ~ ") at time zone 'UTC') at time zone '" ~ zone ~ "'" }}
{%- endmacro %}

{% macro spark__business_time(utc) -%}
    {%- set zone = time_zone() -%}
    {{ utc if zone == 'UTC' else "from_utc_timestamp(" ~ utc ~ ", '" ~ zone ~ "')" }}
{%- endmacro %}
