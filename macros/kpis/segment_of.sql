{# The segment of an account: the column of dim_accounts that the var segment_by names; 'unknown' where it is null. #}
{% macro segment_of(accounts) -%}
    {%- set column = var('segment_by') | string -%}
    {%- if column not in ['industry', 'country'] -%}
        {{ exceptions.raise_compiler_error("The var segment_by is '" ~ column ~ "': it must be industry or country.") }}
    {%- endif -%}
    coalesce({{ accounts }}.{{ column }}, 'unknown')
{%- endmacro %}
