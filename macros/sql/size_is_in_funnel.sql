{# The condition that joins the seed `funnels` to a number of employees. #}
{% macro size_is_in_funnel(employees) -%}
    {{ employees }} >= funnels.employees_from
            and {{ employees }} <= coalesce(funnels.employees_to, 2147483647)
{%- endmacro %}
