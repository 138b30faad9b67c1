{# A var as a number with a fraction, so that nothing but a number reaches the SQL. #}
{% macro decimal_var(name) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.match('^[0-9]{1,9}([.][0-9]{1,9})?$', value) -%}
        {{ exceptions.raise_compiler_error("The var " ~ name ~ " is '" ~ value ~ "': it must be a number like 0.06.") }}
    {%- endif -%}
    {{ value }}
{%- endmacro %}
