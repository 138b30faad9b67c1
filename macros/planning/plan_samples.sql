{# A query: all samples. Sample 0 has all journeys; 1 to 20 leave out a part each; 21 to 23 raise the rate of one node each, the
   `shifted_node`. #}
{% macro plan_samples() -%}
    select
        samples.number,
        case samples.number
            {%- for node in plan_shifted_nodes() %}
            when {{ plan_part_count() | int + loop.index }} then '{{ node }}'
            {%- endfor %}
        end as shifted_node
    from ({{ whole_numbers(0, plan_part_count() | int + plan_shifted_nodes() | length) }}) as samples
{%- endmacro %}
