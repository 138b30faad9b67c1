{# Grain: one row per opportunity. #}
{{ config(enabled=provides(model.name)) }}

with

opportunities as (

    {{ read_source(
        'salesforce', 'opportunity',
        {
            'id': 'text', 'account_id': 'text', 'owner_id': 'text', 'type': 'text',
            'amount': 'decimal', 'currency_iso_code': 'text', 'loss_reason_c': 'text',
            'is_won': 'boolean', 'is_closed': 'boolean', 'record_type_id': 'text',
            'created_date': 'timestamp', 'close_date': 'timestamp',
        },
        key=['id'],
        needs=['created_date'],
    ) }}

),

roles as (

    {{ read_source(
        'salesforce', 'opportunity_contact_role',
        {
            'id': 'text', 'opportunity_id': 'text', 'contact_id': 'text',
            'is_primary': 'boolean', 'created_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

-- If no contact is marked as primary, the first one to take part is.
ranked_roles as (

    select
        opportunity_id,
        contact_id,
        row_number() over (
            partition by opportunity_id
            order by
                case when is_primary then 0 else 1 end,
                created_date nulls last,
                id
        ) as position
    from roles
    where
        reason_code is null
        and coalesce(created_date < {{ cutoff() }}, true)
        and coalesce(deleted_at >= {{ cutoff() }}, true)

),

stg_salesforce__opportunities as (

    select
        opportunities.id as opportunity_id,
        opportunities.account_id as company_record_id,
        ranked_roles.contact_id as primary_record_id,
        {{ opportunity_type('opportunities.type') }} as opportunity_type,
        opportunities.amount,
        upper(opportunities.currency_iso_code) as currency,
        opportunities.is_won,
        opportunities.loss_reason_c as lost_reason,
        opportunities.owner_id,
        opportunities.record_type_id as pipeline,
        opportunities.created_date as created_at,
        -- The close date of an open opportunity is only a forecast.
        case when opportunities.is_closed then opportunities.close_date end
            as closed_at,
        {{ row_origin(of='opportunities') }}
    from opportunities
    left join ranked_roles
        on
            opportunities.id = ranked_roles.opportunity_id
            and ranked_roles.position = 1

)

select * from stg_salesforce__opportunities
