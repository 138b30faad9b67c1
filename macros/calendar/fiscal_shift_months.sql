{# The months from January to the first month of the business's fiscal year (var fiscal_year_start_month): 0 for January, 6 for July. #}
{% macro fiscal_shift_months() -%}
    {%- set value = var('fiscal_year_start_month') | string -%}
    {%- if value not in ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'] -%}
        {{ exceptions.raise_compiler_error("The var fiscal_year_start_month is '" ~ value ~ "': it must be a month from 1 (January) to 12.") }}
    {%- endif -%}
    {{ return(value | int - 1) }}
{%- endmacro %}
