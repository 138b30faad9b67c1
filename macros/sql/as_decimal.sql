{# Text as a decimal(18, 4); null where it can't be read. #}
{% macro as_decimal(text) -%} {{ cast_or_null(text, 'decimal(18, 4)') }} {%- endmacro %}
