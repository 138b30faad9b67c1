{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}

{%- set has_history = has_landed('stripe', 'subscription_history') %}

{{ count_rows('stripe', {
    'companies': ['customer'],
    'subscriptions': ['subscription_history' if has_history else 'subscription'],
    'payments': ['charge', 'refund', 'dispute'],
}) }}
