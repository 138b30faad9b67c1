{# A query: all samples, in the column `number`. Sample 0 has all journeys; 1 to 20 leave out a part each; 21 to 23 raise the
   rate of one node each (plan_shifted_sample). #}
{% macro plan_samples() -%} {{ whole_numbers(0, plan_part_count() | int + plan_shifted_nodes() | length) }} {%- endmacro %}
