{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'row_counts') %}

{{ count_rows(system, {
    'people': ['lead', 'contact'],
    'companies': ['account'],
    'touches': ['campaign_member', 'task', 'event'],
    'stage_claims': ['lead_history'],
    'opportunities': ['opportunity'],
    'opportunity_people': ['opportunity_contact_role'],
    'opportunity_changes': ['opportunity_field_history', 'opportunity_history'],
    'users': ['user'],
    'settings': ['opportunity_stage', 'lead_status'],
    'ad_spend': ['campaign'],
}) }}
{% endcall %}
