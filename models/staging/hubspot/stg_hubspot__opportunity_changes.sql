{# Grain: one row per stage that a deal entered, and per value in the property history of deals.
   #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'opportunity_changes') %}

{%- set has_stages = has_landed(system, 'deal_stage') %}

with

stage_entries as (

    {{ read_source(
        system, 'deal_stage',
        {'deal_id': 'text', 'value': 'text', 'date_entered': 'timestamp'},
        key=['deal_id', 'value', 'date_entered'],
        optional=true,
        history=true,
    ) }}

),

changes as (

    {{ read_source(
        system, 'deal_property_history',
        {'deal_id': 'text', 'name': 'text', 'value': 'text', 'timestamp': 'timestamp'},
        key=['deal_id', 'name', 'timestamp'],
        apart=['value'],
        optional=has_stages,
    ) }}

),

typed_changes as (

    -- Each value is read once, as what its property holds.
    select
        *,
        {{ as_decimal("case when name = 'amount' then value end") }} as amount,
        {{ text_to_utc('close_text') }} as closes_at
    from (
        select
            *,
            case when name = 'closedate' then value end as close_text
        from changes
    ) as changes_by_property

),

stages as (

    {{ read_lookup(
        system, 'deal_pipeline_stage', {'stage_id': 'text', 'label': 'text'},
        key=['stage_id'], any_case=true,
    ) }}

),

steps as (

    select
        deal_id,
        value as stage_id,
        {{ typed_null('decimal') }} as amount,
        cast(null as date) as expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        date_entered as changed_at,
        {{ row_origin() }}
    from stage_entries
    union all
    select
        deal_id,
        case when name = 'dealstage' then value end as stage_id,
        amount,
        cast({{ business_time('closes_at') }} as date) as expected_close_date,
        case when name = 'hs_manual_forecast_category' then value end as forecast_category,
        timestamp as changed_at,
        {{ row_origin("
            case
                when value is null or name not in (
                    'amount', 'closedate', 'dealstage', 'hs_manual_forecast_category'
                )
                    then 'not_needed'
                when name = 'dealstage' and " ~ has_stages | lower ~ "
                    then 'detail_row'
                when name = 'amount' and amount is null then 'unreadable_value'
                when name = 'closedate' and closes_at is null then 'unreadable_value'
            end
        ") }}
    from typed_changes

),

stg_hubspot__opportunity_changes as (

    select
        steps.deal_id as opportunity_id,
        -- HubSpot's history holds the new value only.
        {{ typed_null('text') }} as from_label,
        -- A stage that no pipeline knows keeps its id, so that it can be found.
        coalesce(stages.label, steps.stage_id) as label,
        {{ typed_null('decimal') }} as from_amount,
        steps.amount,
        cast(null as date) as from_expected_close_date,
        steps.expected_close_date,
        steps.forecast_category,
        steps.changed_at,
        {{ row_origin(of='steps') }}
    from steps
    left join stages on lower(steps.stage_id) = lower(stages.stage_id)

)

select * from stg_hubspot__opportunity_changes
{% endcall %}
