{# A time, if it can be one of a company: not before the var earliest_date and not more than a hundred years after the cutoff; else null. #}
{% macro possible_time(value) -%}
    case
            when
                {{ value }} >= cast({{ text_var('earliest_date') }} as timestamp)
                and {{ value }} < {{ add_days(cutoff(), 36525) }}
                then {{ value }}
        end
{%- endmacro %}
