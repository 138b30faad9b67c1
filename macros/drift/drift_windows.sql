{# The windows, in days, over which what was seen is held against what was expected. #}
{% macro drift_windows() -%} {{ return([1, 3, 7, 14]) }} {%- endmacro %}
