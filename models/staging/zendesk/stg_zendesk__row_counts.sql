{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('zendesk', 'row_counts') %}

{{ count_rows(system, {
    'people': ['user'],
    'companies': ['organization'],
    'service_events': ['ticket', 'ticket_field_history'],
}) }}
{% endcall %}
