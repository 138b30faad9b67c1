{# The columns of the shared shape that a staging model must have; it may leave out the others. #}
{% macro required_columns(entity) -%}
    {{ return({
        'people': ['record_id', 'created_at'],
        'person_links': ['record_id', 'other_record_id', 'link_kind'],
        'companies': ['company_record_id'],
        'touches': ['touch_id', 'kind', 'occurred_at'],
        'stage_claims': ['record_id', 'label', 'claimed_at'],
        'attribute_changes': ['record_id', 'entity', 'attribute', 'value', 'changed_at'],
        'opportunities': ['opportunity_id', 'is_won', 'closed_at'],
        'opportunity_people': ['opportunity_id', 'record_id'],
        'opportunity_changes': ['opportunity_id', 'label', 'changed_at'],
        'subscriptions': ['subscription_id', 'customer_record_id', 'monthly_amount', 'started_at'],
        'payments': ['payment_id', 'customer_record_id', 'amount', 'paid_at'],
        'service_events': ['event_id', 'kind', 'occurred_at'],
        'ad_spend': ['channel_label', 'amount', 'spend_date'],
        'users': ['user_id'],
        'settings': ['kind', 'name', 'value'],
    }[entity] + ['source_table', 'source_key', 'reason_code']) }}
{%- endmacro %}
