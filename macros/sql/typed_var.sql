{# A var as a whole number, so that nothing but a number reaches the SQL. #}
{% macro int_var(name) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.match('^[0-9]{1,9}$', value) -%}
        {{ exceptions.raise_compiler_error("The var " ~ name ~ " is '" ~ value ~ "': it must be a whole number.") }}
    {%- endif -%}
    {{ value }}
{%- endmacro %}

{# A var as a quoted text literal; only letters, digits, blanks and . _ - @ : may stand in it. #}
{% macro text_var(name) -%} {{ text_literal(var(name), 'The var ' ~ name) }} {%- endmacro %}

{% macro text_literal(value, what) -%}
    {%- if not modules.re.match('^[A-Za-z0-9 ._@:-]*$', value | string) -%}
        {{ exceptions.raise_compiler_error(what ~ " is '" ~ value ~ "': only letters, digits, blanks and . _ - @ : may stand in it.") }}
    {%- endif -%}
    '{{ value }}'
{%- endmacro %}
