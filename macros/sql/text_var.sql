{# A var as a quoted text literal; only letters, digits, blanks and . _ - @ : may stand in it. #}
{% macro text_var(name) -%} {{ text_literal(var(name), 'The var ' ~ name) }} {%- endmacro %}
