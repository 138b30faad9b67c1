{# Grain: one row per association of a contact with a deal. stg_hubspot__opportunities reads it,
   too. #}
{{ config(enabled=provides(model.name) or provides('stg_hubspot__opportunities')) }}
{% call(system) each_instance('hubspot', 'opportunities') %}

with

deal_contacts as (

    {{ read_source(
        system, 'deal_contact',
        {'deal_id': 'text', 'contact_id': 'text', 'type_id': 'text', 'category': 'text'},
        key=['deal_id', 'contact_id'],
        apart=['type_id', 'category'],
        optional=true,
    ) }}

),

stg_hubspot__opportunity_people as (

    select
        deal_id as opportunity_id,
        contact_id as record_id,
        {{ typed_null('text') }} as role,
        -- HubSpot names no primary contact: those without a label of their own come
        -- first, and of these the one known longest, who has the lowest id.
        rank() over (
            partition by deal_id
            order by
                case when reason_code is null then 0 else 1 end,
                case when deleted_at < {{ utc_time(cutoff()) }} then 1 else 0 end,
                case when category = 'USER_DEFINED' then 1 else 0 end,
                length(contact_id) nulls last,
                contact_id nulls last
        ) = 1 as is_primary,
        {{ row_origin() }}
    from deal_contacts

)

select * from stg_hubspot__opportunity_people
{% endcall %}
