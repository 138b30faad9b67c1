{# A number in double precision as a decimal(38, digits), by all the digits that it has. #}
{% macro double_as_decimal(number, digits) -%} {{ return(adapter.dispatch('double_as_decimal', 'revenue_funnel')(number, digits)) }} {%- endmacro %}

{% macro default__double_as_decimal(number, digits) -%} cast({{ number }} as decimal(38, {{ digits }})) {%- endmacro %}

{#- PostgreSQL takes 15 significant digits of a double. As DuckDB does, the number is multiplied in double precision, and a half goes
    away from zero. Of what no bigint can hold, the text has all digits. -#}
{% macro postgres__double_as_decimal(number, digits) -%}
    {%- set units = '(' ~ number ~ ') * cast(1e' ~ digits ~ ' as double precision)' -%}
    cast(
        case
            when abs({{ number }}) < 9e{{ 18 - digits }}
                then cast(trunc({{ units }}) + trunc(2 * ({{ units }} - trunc({{ units }}))) as bigint)
                    * cast(1e-{{ digits }} as decimal(38, {{ digits }}))
            else cast(cast({{ number }} as text) as decimal(38, {{ digits }}))
        end as decimal(38, {{ digits }})
    )
{%- endmacro %}
