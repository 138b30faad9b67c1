{# A value as another type; null where it can't be read as that type. types: bigint, decimal(digits, scale), boolean, json. #}
{% macro cast_or_null(value, type) -%} {{ return(adapter.dispatch('cast_or_null', 'revenue_funnel')(value, type)) }} {%- endmacro %}

{% macro default__cast_or_null(value, type) -%} try_cast({{ value }} as {{ type }}) {%- endmacro %}

{#- PostgreSQL 15 has no cast that may fail: a form is asked for first, or one of the functions of create_functions() reads the value. -#}
{% macro postgres__cast_or_null(value, type) -%}
    {%- set text = 'cast(' ~ value ~ ' as text)' -%}
    {%- if type == 'json' -%} {{ target.schema }}.json_or_null({{ text }})
    {%- elif type == 'boolean' -%}
    case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
            when {{ target.schema }}.number_or_null({{ text }}) is not null then true
        end
    {%- else -%}
    {%- set whole_digits = 18 if type == 'bigint' else (type.split('(')[1].split(',')[0] | int) - (type.split(',')[1] | replace(')', '') | int) -%}
    cast(
            case
                when abs({{ target.schema }}.number_or_null({{ text }})) < {{ '9223372036854775807.5' if type == 'bigint' else '1' ~ '0' * whole_digits }}
                    then {{ target.schema }}.number_or_null({{ text }})
            end as {{ type }}
        )
    {%- endif -%}
{%- endmacro %}

{#- Spark reads no fraction as a whole number, and no number but 0 and 1 as a boolean. -#}
{% macro spark__cast_or_null(value, type) -%}
    {%- if type == 'bigint' -%} try_cast(round(try_cast({{ value }} as decimal(38, 10))) as bigint)
    {%- elif type == 'boolean' -%}
    coalesce(try_cast({{ value }} as boolean), try_cast(cast({{ value }} as string) as double) <> 0)
    {%- else -%} try_cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
