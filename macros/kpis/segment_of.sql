{# The segment of an account: the column of dim_accounts that the var segment_by names, which may be an own attribute; 'unknown' where
   it is null. #}
{% macro segment_of(accounts) -%}
    {%- set column = var('segment_by') | string -%}
    {%- set columns = ['industry', 'country'] -%}
    {%- for name, own in own_attributes('companies').items() if own.type == 'text' %}{% do columns.append(name) %}{% endfor -%}
    {%- if column not in columns -%}
        {{ exceptions.raise_compiler_error(
            "The var segment_by is '" ~ column ~ "': it must be " ~ columns | join(' or ')
            ~ ", or the name of a text of companies in the var own_attributes."
        ) }}
    {%- endif -%}
    coalesce({{ accounts }}.{{ column }}, 'unknown')
{%- endmacro %}
