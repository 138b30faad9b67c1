{# A timestamp on the clock of the business's time zone in UTC: the opposite of business_time. #}
{% macro utc_time(local) -%} {{ return(adapter.dispatch('utc_time', 'revenue_funnel')(local)) }} {%- endmacro %}

{% macro default__utc_time(local) -%}
    {%- set zone = time_zone() -%}
    {{ local if zone == 'UTC' else "((" ~ local ~ ") at time zone '" ~ zone ~ "') at time zone 'UTC'" }}
{%- endmacro %}

{% macro spark__utc_time(local) -%}
    {%- set zone = time_zone() -%}
    {{ local if zone == 'UTC' else "to_utc_timestamp(" ~ local ~ ", '" ~ zone ~ "')" }}
{%- endmacro %}
