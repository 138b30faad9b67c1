{# The part, 1 to 20, that a journey falls into: the same on every build. #}
{% macro sample_group() -%} mod(journey_key, {{ plan_samples() }}) + 1 {%- endmacro %}
