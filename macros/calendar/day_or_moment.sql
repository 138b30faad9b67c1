{# A timestamp in UTC from a column that holds days or moments: at midnight it is a day without a time, which begins when it begins for
   the business. #}
{% macro day_or_moment(column) -%}
    {%- if time_zone() == 'UTC' -%} {{ column }}
    {%- else -%}
    case
            when {{ column }} = cast(cast({{ column }} as date) as timestamp) then {{ utc_time(column) }}
            else {{ column }}
        end
    {%- endif -%}
{%- endmacro %}
