{# A var as a whole number, so that nothing but a number reaches the SQL. #}
{% macro int_var(name) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.match('^[0-9]{1,9}$', value) -%}
        {{ exceptions.raise_compiler_error("The var " ~ name ~ " is '" ~ value ~ "': it must be a whole number.") }}
    {%- endif -%}
    {{ value }}
{%- endmacro %}
