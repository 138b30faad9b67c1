{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'row_counts') %}

{{ count_rows(system, {
    'people': ['contact'],
    'companies': ['company'],
    'person_links': ['contact_merge_audit'],
    'touches': [
        'contact_form_submission', 'email_event',
        'engagement_contact', 'engagement_call', 'engagement_meeting',
    ],
    'stage_claims': ['contact_property_history'],
    'attribute_changes': ['company_property_history'],
    'opportunities': ['deal'],
    'opportunity_people': ['deal_contact'],
    'opportunity_changes': ['deal_stage', 'deal_property_history'],
    'users': ['owner'],
    'settings': ['property', 'property_option', 'deal_pipeline_stage'],
}) }}
{% endcall %}
