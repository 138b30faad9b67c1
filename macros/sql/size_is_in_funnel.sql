{# The condition that joins the seed `funnels` to a number of employees. #}
{% macro size_is_in_funnel(employees) -%}
    {{ employees }} >= funnels.employees_from
            and ({{ employees }} <= funnels.employees_to or funnels.employees_to is null)
{%- endmacro %}
