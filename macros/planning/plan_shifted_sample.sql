{# The number of the sample in which the rate of a node is one standard deviation higher than estimated: 21, 22 or 23. #}
{% macro plan_shifted_sample(from_node) -%}
    case {{ from_node }}
            {%- for node in plan_shifted_nodes() %}
            when '{{ node }}' then {{ plan_part_count() | int + loop.index }}
            {%- endfor %}
        end
{%- endmacro %}
