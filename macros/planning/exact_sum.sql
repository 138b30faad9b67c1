{# A sum of fractions that is the same in whatever order an engine adds: of decimals, with so many digits. #}
{% macro exact_sum(number, digits=6) -%}
    {{ as_double('sum(cast(' ~ number ~ ' as decimal(38, ' ~ digits ~ ')))') }}
{%- endmacro %}
