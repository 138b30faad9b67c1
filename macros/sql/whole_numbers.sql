{# A query: the whole numbers from one to another, both included, in the column `number`. #}
{% macro whole_numbers(first, last) -%} {{ return(adapter.dispatch('whole_numbers', 'revenue_funnel')(first, last)) }} {%- endmacro %}

{% macro default__whole_numbers(first, last) -%}
    select spine.number from (select unnest(generate_series({{ first }}, {{ last }})) as number) as spine
{%- endmacro %}

{% macro postgres__whole_numbers(first, last) -%}
    select spine.number from generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint)) as spine (number)
{%- endmacro %}

{#- Spark's sequence counts down where the last number is smaller. -#}
{% macro spark__whole_numbers(first, last) -%}
    select spine.number
    from (
        select
            cast({{ first }} as bigint) as first_number,
            cast({{ last }} as bigint) as last_number
    ) as bounds
    lateral view explode(
        case when last_number >= first_number then sequence(first_number, last_number) else array() end
    ) spine as number
{%- endmacro %}
