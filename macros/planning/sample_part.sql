{# The part, 1 to 20, that a journey belongs to: the same in every build. #}
{% macro sample_part(journey_key) -%} mod({{ journey_key }}, {{ plan_part_count() }}) + 1 {%- endmacro %}
