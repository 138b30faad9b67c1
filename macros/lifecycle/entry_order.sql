{# The order in which a journey's entries follow each other: by time, and at one time up the ladder, exits last. #}
{% macro entry_order() -%}
    placed_at nulls last, stage_order, evidence_key nulls last, entered_at nulls first
{%- endmacro %}
