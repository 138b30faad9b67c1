{# A double without its last bits, which depend on the order in which an engine added; `digits` after the point are kept. #}
{% macro stable_double(number, digits=6) -%} {{ as_double('cast(' ~ number ~ ' as decimal(38, ' ~ digits ~ '))') }} {%- endmacro %}
