{# The shared shape: the columns of an entity, the same for every system. {column: type}, in order.
   A staging model has these columns, and then those of row_origin(); it may leave out all but required_columns().
   has_own: with the company's own attributes (var own_attributes), which are read from a row as it has landed. #}
{% macro shape(entity, has_own=true) -%}
    {%- set columns = {
        'people': {
            'record_id': 'text', 'email': 'text', 'phone': 'text',
            'job_title': 'text', 'seniority': 'text', 'country': 'text',
            'company_record_id': 'text', 'company_name': 'text',
            'company_domain': 'text', 'company_employees': 'bigint',
            'lead_source': 'text', 'lead_source_detail': 'text', 'tracking_label': 'text',
            'lead_campaign': 'text', 'stage_label': 'text', 'lead_score': 'bigint',
            'owner_id': 'text', 'exit_reason': 'text',
            'is_test': 'boolean', 'first_seen_at': 'timestamp', 'created_at': 'timestamp',
        },
        'person_links': {
            'record_id': 'text', 'other_record_id': 'text', 'link_kind': 'text',
            'linked_at': 'timestamp',
        },
        'companies': {
            'company_record_id': 'text', 'name': 'text', 'is_person': 'boolean', 'domain': 'text',
            'employees': 'bigint', 'industry': 'text', 'country': 'text',
            'yearly_revenue': 'decimal', 'parent_record_id': 'text',
            'crm_system': 'text', 'crm_record_id': 'text',
            'merged_into_record_id': 'text', 'created_at': 'timestamp',
        },
        'touches': {
            'touch_id': 'text', 'record_id': 'text', 'anonymous_id': 'text',
            'kind': 'text', 'channel_label': 'text', 'campaign': 'text',
            'cost': 'decimal', 'occurred_at': 'timestamp',
        },
        'stage_claims': {
            'record_id': 'text', 'label': 'text', 'from_label': 'text',
            'claimed_by': 'text', 'change_source': 'text', 'claimed_at': 'timestamp',
        },
        'attribute_changes': {
            'record_id': 'text', 'entity': 'text', 'attribute': 'text', 'value': 'text',
            'from_value': 'text', 'changed_at': 'timestamp',
        },
        'opportunities': {
            'opportunity_id': 'text', 'company_record_id': 'text',
            'primary_record_id': 'text', 'opportunity_type': 'text',
            'amount': 'decimal', 'currency': 'text', 'stage_label': 'text',
            'is_closed': 'boolean', 'is_won': 'boolean', 'lost_reason': 'text',
            'lead_source': 'text', 'owner_id': 'text', 'pipeline': 'text', 'expected_close_date': 'date',
            'forecast_category': 'text',
            'created_at': 'timestamp', 'closed_at': 'timestamp',
            'crm_system': 'text', 'crm_record_id': 'text',
        },
        'opportunity_people': {
            'opportunity_id': 'text', 'record_id': 'text', 'role': 'text',
            'is_primary': 'boolean',
        },
        'opportunity_changes': {
            'opportunity_id': 'text', 'from_label': 'text', 'label': 'text',
            'from_amount': 'decimal', 'amount': 'decimal',
            'from_expected_close_date': 'date', 'expected_close_date': 'date',
            'forecast_category': 'text', 'changed_at': 'timestamp',
        },
        'subscriptions': {
            'subscription_id': 'text', 'customer_record_id': 'text', 'plan': 'text',
            'monthly_amount': 'decimal', 'currency': 'text', 'end_reason': 'text',
            'started_at': 'timestamp', 'ended_at': 'timestamp',
        },
        'payments': {
            'payment_id': 'text', 'customer_record_id': 'text', 'amount': 'decimal',
            'currency': 'text', 'kind': 'text', 'paid_at': 'timestamp',
            'originally_paid_at': 'timestamp',
        },
        'service_events': {
            'event_id': 'text', 'company_record_id': 'text', 'record_id': 'text',
            'kind': 'text', 'score': 'decimal', 'occurred_at': 'timestamp',
        },
        'ad_spend': {
            'campaign': 'text', 'campaign_name': 'text', 'channel_label': 'text',
            'amount': 'decimal', 'currency': 'text', 'impressions': 'bigint',
            'clicks': 'bigint', 'spend_date': 'date', 'last_spend_date': 'date',
        },
        'users': {
            'user_id': 'text', 'name': 'text', 'team': 'text',
        },
        'settings': {
            'kind': 'text', 'name': 'text', 'value': 'text', 'label': 'text',
            'is_active': 'boolean',
        },
    }[entity] -%}
    {%- for name in own_attributes(entity) if has_own -%}
        {%- do columns.update({name: own_attribute_type(name)}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
