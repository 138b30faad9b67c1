{# A fraction without its last bits, which depend on the order in which an engine added. #}
{% macro settled(number, digits=6) -%} {{ as_double('cast(' ~ number ~ ' as decimal(38, ' ~ digits ~ '))') }} {%- endmacro %}
