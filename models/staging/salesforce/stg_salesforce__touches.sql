{# Grain: one row per campaign member, task, event and lead (its creation). #}
{{ config(enabled=provides(model.name)) }}

with

members as (

    {{ read_source(
        'salesforce', 'campaign_member',
        {
            'id': 'text', 'campaign_id': 'text', 'lead_or_contact_id': 'text',
            'contact_id': 'text', 'lead_id': 'text', 'has_responded': 'boolean',
            'first_responded_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

campaigns as (

    {{ read_lookup(
        'salesforce', 'campaign', {'id': 'text', 'name': 'text', 'type': 'text'},
        key=['id'],
    ) }}

),

activities as (select * from {{ ref('base_salesforce__activity_touches') }}),

leads as (

    {{ read_source(
        'salesforce', 'lead',
        {'id': 'text', 'lead_source': 'text', 'created_date': 'timestamp'},
        key=['id'],
        needs=['created_date'],
    ) }}

),

responses as (

    select
        members.*,
        coalesce(members.lead_or_contact_id, members.contact_id, members.lead_id)
            as record_id,
        coalesce(campaigns.name, members.campaign_id) as campaign,
        campaigns.type as campaign_type
    from members
    left join campaigns on members.campaign_id = campaigns.id

),

stg_salesforce__touches as (

    select
        id as touch_id,
        record_id,
        {{ typed_null('text') }} as anonymous_id,
        'event_attended' as kind,
        campaign_type as channel_label,
        campaign,
        {{ typed_null('decimal') }} as cost,
        first_responded_date as occurred_at,
        {{ row_origin("
            case
                when not coalesce(has_responded, false) then 'not_needed'
                when record_id is null or first_responded_date is null
                    then 'missing_value'
            end
        ") }}
    from responses
    union all
    select * from activities
    union all
    select
        id as touch_id,
        id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'lead_created' as kind,
        lead_source as channel_label,
        {{ typed_null('text') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        created_date as occurred_at,
        -- The lead itself is counted among the people: this only reads it again.
        'lead.created' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        reason_code,
        reason_detail,
        row_json
    from leads
    where reason_code is null

)

select * from stg_salesforce__touches
