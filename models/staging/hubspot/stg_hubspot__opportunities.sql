{# Grain: one row per deal. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'opportunities') %}

with

deals as (

    {{ read_source(
        system, 'deal',
        {
            'deal_id': 'text', 'owner_id': 'text', 'property_dealtype': 'text',
            'deal_pipeline_id': 'text', 'deal_pipeline_stage_id': 'text',
            'property_amount': 'decimal', 'property_deal_currency_code': 'text',
            'property_closed_lost_reason': 'text', 'property_hs_analytics_source': 'text',
            'property_hs_manual_forecast_category': 'text',
            'property_hs_is_closed': 'boolean', 'property_hs_is_closed_won': 'boolean',
            'property_createdate': 'timestamp', 'property_closedate': 'timestamp',
            'property_hs_merged_object_ids': 'text', 'property_hs_salesforceopportunityid': 'text',
        },
        key=['deal_id'],
        readable=['property_createdate'],
    ) }}

),

pipelines as (

    {{ read_lookup(
        system, 'deal_pipeline', key=['pipeline_id'],
        columns={'pipeline_id': 'text', 'label': 'text'},
    ) }}

),

stages as (

    {{ read_lookup(
        system, 'deal_pipeline_stage',
        {
            'stage_id': 'text', 'label': 'text', 'is_closed': 'boolean',
            'closed_won': 'boolean', 'probability': 'decimal',
        },
        key=['stage_id'],
        any_case=true,
    ) }}

),

-- Any of these columns may be absent: Fivetran renamed closed_won to is_closed in 2025. HubSpot
-- gives a won stage the probability 1, a lost one 0, and every other one a value between.
deals_with_states as (

    select
        deals.*,
        coalesce(stages.label, deals.deal_pipeline_stage_id) as stage_label,
        coalesce(
            stages.is_closed,
            case when stages.closed_won then true end,
            deals.property_hs_is_closed,
            stages.probability in (0, 1)
        ) as is_closed,
        coalesce(
            case when stages.is_closed = false then false end,
            stages.closed_won,
            deals.property_hs_is_closed_won,
            case when stages.probability in (0, 1) then stages.probability = 1 end
        ) as is_won
    from deals
    left join stages on lower(deals.deal_pipeline_stage_id) = lower(stages.stage_id)

),

company_links as (

    {{ read_source(
        system, 'deal_company',
        {'deal_id': 'text', 'company_id': 'text', 'type_id': 'text'},
        key=['deal_id', 'company_id'], optional=true,
    ) }}

),

recorded_merges as (

    {{ read_lookup(
        system, 'merged_deal', key=['merged_deal_id'],
        columns={'merged_deal_id': 'text', '_fivetran_synced': 'timestamp'},
    ) }}

),

usable_deals as (select * from deals where reason_code is null),

listed_merges as (

    {{ list_entries(
        'usable_deals', ['deal_id', 'loaded_at'], 'property_hs_merged_object_ids'
    ) }}

),

all_merges as (

    select
        merged_deal_id,
        _fivetran_synced as merged_at
    from recorded_merges
    union all
    select
        entry as merged_deal_id,
        coalesce(loaded_at, {{ start_of_time() }}) as merged_at
    from listed_merges
    where entry <> deal_id

),

merged_deals as (

    select
        merged_deal_id,
        min(merged_at) as merged_at
    from all_merges
    group by merged_deal_id

),

people as (select * from {{ instance_rows(ref('stg_hubspot__opportunity_people'), system) }}),

-- HubSpot's association type 5 is the deal's primary company.
deal_companies as (

    select
        deal_id,
        coalesce(min(case type_id when '5' then company_id end), min(company_id)) as company_id
    from company_links
    where reason_code is null and coalesce(deleted_at >= {{ utc_time(cutoff()) }}, true)
    group by deal_id

),

primary_people as (

    select
        opportunity_id,
        min(record_id) as record_id
    from people
    where
        is_primary
        and reason_code is null
        and coalesce(deleted_at >= {{ utc_time(cutoff()) }}, true)
    group by opportunity_id

),

stg_hubspot__opportunities as (

    select
        deals.deal_id as opportunity_id,
        deal_companies.company_id as company_record_id,
        primary_people.record_id as primary_record_id,
        {{ opportunity_type('deals.property_dealtype') }} as opportunity_type,
        deals.property_amount as amount,
        upper(deals.property_deal_currency_code) as currency,
        deals.stage_label,
        deals.is_closed,
        deals.is_won,
        deals.property_closed_lost_reason as lost_reason,
        deals.property_hs_analytics_source as lead_source,
        deals.owner_id,
        coalesce(pipelines.label, deals.deal_pipeline_id) as pipeline,
        cast({{ business_time('deals.property_closedate') }} as date) as expected_close_date,
        deals.property_hs_manual_forecast_category as forecast_category,
        deals.property_createdate as created_at,
        -- The close date of an open deal is only a forecast.
        case when coalesce(deals.is_closed, true) then deals.property_closedate end as closed_at,
        -- HubSpot's own Salesforce sync writes the opportunity's id onto the deal.
        case
            when deals.property_hs_salesforceopportunityid is not null
                then '{{ partner_of(system, 'salesforce') }}'
        end as crm_system,
        deals.property_hs_salesforceopportunityid as crm_record_id,
        deals.source_table,
        deals.source_key,
        deals.loaded_at,
        -- A deal that was merged into another lives on in that one.
        coalesce(deals.deleted_at, merged_deals.merged_at) as deleted_at,
        deals.reason_code,
        deals.reason_detail,
        deals.row_json
    from deals_with_states as deals
    left join pipelines on deals.deal_pipeline_id = pipelines.pipeline_id
    left join deal_companies on deals.deal_id = deal_companies.deal_id
    left join primary_people on deals.deal_id = primary_people.opportunity_id
    left join merged_deals on deals.deal_id = merged_deals.merged_deal_id

)

select * from stg_hubspot__opportunities
{% endcall %}
