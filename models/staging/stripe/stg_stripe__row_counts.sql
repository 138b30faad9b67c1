{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('stripe', 'row_counts') %}

{%- set has_history = has_landed(system, 'subscription_history') %}

{{ count_rows(system, {
    'companies': ['customer'],
    'subscriptions': ['subscription_history' if has_history else 'subscription'],
    'payments': ['charge', 'refund', 'dispute'],
}) }}
{% endcall %}
