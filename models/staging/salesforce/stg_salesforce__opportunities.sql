{# Grain: one row per opportunity. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'opportunities') %}

with

opportunities as (

    {{ read_source(
        system, 'opportunity',
        {
            'id': 'text', 'account_id': 'text', 'owner_id': 'text', 'type': 'text',
            'amount': 'decimal', 'currency_iso_code': 'text', 'loss_reason_c': 'text',
            'stage_name': 'text', 'is_won': 'boolean', 'is_closed': 'boolean',
            'forecast_category_name': 'text', 'forecast_category': 'text',
            'record_type_id': 'text', 'lead_source': 'text', 'hubspot_deal_id_c': 'text',
            'created_date': 'timestamp', 'close_date': 'timestamp',
        },
        key=['id'],
        readable=['created_date'],
    ) }}

),

roles as (

    {{ read_source(
        system, 'opportunity_contact_role',
        {
            'id': 'text', 'opportunity_id': 'text', 'contact_id': 'text',
            'is_primary': 'boolean', 'created_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

leads as (

    {{ read_lookup(
        system, 'lead',
        {'id': 'text', 'converted_opportunity_id': 'text', 'converted_date': 'timestamp'},
        key=['id'],
    ) }}

),

stages as (

    {{ read_lookup(
        system, 'opportunity_stage',
        {
            'master_label': 'text', 'api_name': 'text', 'is_closed': 'boolean',
            'is_won': 'boolean',
        },
        key=['master_label'],
        any_case=true,
    ) }}

),

-- An opportunity holds the name of its stage in the API, which need not be what people see.
named_stages as (

    select
        lower(coalesce(api_name, master_label)) as stage_name,
        bool_or(is_closed) as is_closed,
        bool_or(is_won) as is_won
    from stages
    group by lower(coalesce(api_name, master_label))

),

-- Where an opportunity does not say whether it is closed and won, the list of stages does.
opportunities_with_states as (

    select
        opportunities.*,
        coalesce(opportunities.is_closed, named_stages.is_closed) as is_closed_now,
        coalesce(opportunities.is_won, named_stages.is_won) as is_won_now
    from opportunities
    left join named_stages on lower(opportunities.stage_name) = named_stages.stage_name

),

ranked_leads as (

    select
        id,
        converted_opportunity_id,
        row_number() over (
            partition by converted_opportunity_id order by converted_date nulls last, id
        ) as position
    from leads
    where
        converted_opportunity_id is not null
        and coalesce(converted_date < {{ utc_time(cutoff()) }}, true)

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
        and coalesce(created_date < {{ utc_time(cutoff()) }}, true)
        and coalesce(deleted_at >= {{ utc_time(cutoff()) }}, true)

),

stg_salesforce__opportunities as (

    select
        opportunities.id as opportunity_id,
        opportunities.account_id as company_record_id,
        -- Whose lead became the opportunity, though a colleague may be its contact.
        coalesce(ranked_leads.id, ranked_roles.contact_id) as primary_record_id,
        {{ opportunity_type('opportunities.type') }} as opportunity_type,
        opportunities.amount,
        upper(opportunities.currency_iso_code) as currency,
        opportunities.stage_name as stage_label,
        opportunities.is_closed_now as is_closed,
        opportunities.is_won_now as is_won,
        opportunities.loss_reason_c as lost_reason,
        opportunities.lead_source,
        opportunities.owner_id,
        opportunities.record_type_id as pipeline,
        cast({{ business_time(day_or_moment('opportunities.close_date')) }} as date)
            as expected_close_date,
        coalesce(opportunities.forecast_category_name, opportunities.forecast_category)
            as forecast_category,
        opportunities.created_date as created_at,
        -- The close date of an open opportunity is only a forecast.
        case
            when coalesce(opportunities.is_closed_now, true)
                then {{ day_or_moment('opportunities.close_date') }}
        end as closed_at,
        -- Salesforce has no field of its own for it: the custom field that a sync writes.
        case
            when opportunities.hubspot_deal_id_c is not null
                then '{{ partner_of(system, 'hubspot') }}'
        end as crm_system,
        opportunities.hubspot_deal_id_c as crm_record_id,
        {{ row_origin(of='opportunities') }}
    from opportunities_with_states as opportunities
    left join ranked_roles
        on
            opportunities.id = ranked_roles.opportunity_id
            and ranked_roles.position = 1
    left join ranked_leads
        on
            opportunities.id = ranked_leads.converted_opportunity_id
            and ranked_leads.position = 1

)

select * from stg_salesforce__opportunities
{% endcall %}
