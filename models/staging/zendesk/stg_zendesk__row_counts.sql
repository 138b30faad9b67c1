{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}

{{ count_rows('zendesk', {
    'people': ['user'],
    'companies': ['organization'],
    'service_events': ['ticket', 'ticket_field_history'],
}) }}
