{# A double without its last bits, which depend on the order in which an engine added; `digits` after the point are kept. #}
{% macro stable_double(number, digits=6) -%} {{ as_double(double_as_decimal(number, digits)) }} {%- endmacro %}
