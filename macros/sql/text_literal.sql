{% macro text_literal(value, what) -%}
    {%- if not modules.re.match('^[A-Za-z0-9 ._@:-]*$', value | string) -%}
        {{ exceptions.raise_compiler_error(what ~ " is '" ~ value ~ "': only letters, digits, blanks and . _ - @ : may stand in it.") }}
    {%- endif -%}
    '{{ value }}'
{%- endmacro %}
