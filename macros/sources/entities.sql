{# Every entity of the shared shape. #}
{% macro entities() -%}
    {{ return([
        'people', 'person_links', 'companies', 'touches', 'stage_claims', 'attribute_changes', 'opportunities',
        'opportunity_people', 'opportunity_changes', 'subscriptions', 'payments', 'service_events', 'ad_spend', 'users', 'settings',
    ]) }}
{%- endmacro %}
