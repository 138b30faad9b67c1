{# The condition that a system's own name for a field (Lead_Score__c) is that of a source column (lead_score_c), whatever its case and underscores. #}
{% macro same_name(field, column) -%}
    lower(replace({{ field }}, '_', '')) = {{ text_literal(column | lower | replace('_', ''), 'A column in the var source_columns') }}
{%- endmacro %}
