{# Grain: one row per change of an opportunity's field, and per version of an opportunity. A table
   opportunity_history holds the connector's versions of opportunities, or Salesforce's own object
   of that name: a row each time that the stage, the amount or the close date changed. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'opportunity_changes') %}

{%- set is_own_object = (
    landed_columns(system, 'opportunity_history', ['opportunity_id'], [], true) or {}
) and not (
    landed_columns(system, 'opportunity_history', ['_fivetran_start'], [], true) or {}
) %}
{%- set versioned_id = 'opportunity_id' if is_own_object else 'id' %}
{%- set version_start = 'created_date' if is_own_object else '_fivetran_start' %}

with

changes as (

    {{ read_source(
        system, 'opportunity_field_history',
        {
            'id': 'text', 'opportunity_id': 'text', 'field': 'text',
            'old_value': 'text', 'new_value': 'text', 'created_date': 'timestamp',
        },
        key=['id'],
        needs=['opportunity_id', 'created_date'],
        optional=has_landed(system, 'opportunity_history'),
    ) }}

),

versions as (

    {{ read_source(
        system, 'opportunity_history',
        {
            'id': 'text', versioned_id: 'text', version_start: 'timestamp',
            'stage_name': 'text', 'amount': 'decimal', 'close_date': 'date',
            'forecast_category': 'text',
        },
        key=['id', version_start],
        optional=true,
        history=true,
    ) }}

),

compared_versions as (

    select
        *,
        lag(stage_name) over by_start as earlier_stage,
        lag(amount) over by_start as earlier_amount,
        lag(close_date) over by_start as earlier_close_date,
        lag(forecast_category) over by_start as earlier_category
    from versions
    window by_start as (
        partition by {{ versioned_id }} order by {{ version_start }}, source_key
    )

),

stg_salesforce__opportunity_changes as (

    select
        opportunity_id,
        case when field = 'StageName' then old_value end as from_label,
        case when field = 'StageName' then new_value end as label,
        case when field = 'Amount' then {{ as_decimal('old_value') }} end as from_amount,
        case when field = 'Amount' then {{ as_decimal('new_value') }} end as amount,
        case when field = 'CloseDate' then cast({{ text_to_utc('old_value') }} as date) end
            as from_expected_close_date,
        case when field = 'CloseDate' then cast({{ text_to_utc('new_value') }} as date) end
            as expected_close_date,
        case when field = 'ForecastCategoryName' then new_value end as forecast_category,
        created_date as changed_at,
        {{ row_origin("
            case
                when new_value is null or coalesce(field, '') not in (
                    'StageName', 'Amount', 'CloseDate', 'ForecastCategoryName'
                )
                    then 'not_needed'
                when field = 'Amount' and " ~ as_decimal('new_value') ~ " is null
                    then 'unreadable_value'
                when field = 'CloseDate' and " ~ text_to_utc('new_value') ~ " is null
                    then 'unreadable_value'
            end
        ") }}
    from changes
    union all
    select
        {{ versioned_id }} as opportunity_id,
        {{ typed_null('text') }} as from_label,
        stage_name as label,
        {{ typed_null('decimal') }} as from_amount,
        amount,
        cast(null as date) as from_expected_close_date,
        close_date as expected_close_date,
        forecast_category,
        {{ version_start }} as changed_at,
        -- Most versions come from other columns: they enter no stage.
        {{ row_origin("
            case
                when stage_name = earlier_stage
                    and coalesce(amount, 0) = coalesce(earlier_amount, 0)
                    and coalesce(close_date = earlier_close_date, close_date is null)
                    and coalesce(
                        forecast_category = earlier_category, forecast_category is null
                    )
                    then 'not_needed'
            end
        ") }}
    from compared_versions

)

select * from stg_salesforce__opportunity_changes
{% endcall %}
