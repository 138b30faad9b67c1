{# Grain: one row per change of an opportunity's field, and per version of an opportunity. #}
{{ config(enabled=provides(model.name)) }}

with

changes as (

    {{ read_source(
        'salesforce', 'opportunity_field_history',
        {
            'id': 'text', 'opportunity_id': 'text', 'field': 'text',
            'new_value': 'text', 'created_date': 'timestamp',
        },
        key=['id'],
        needs=['opportunity_id', 'created_date'],
        optional=has_landed('salesforce', 'opportunity_history'),
    ) }}

),

versions as (

    {{ read_source(
        'salesforce', 'opportunity_history',
        {
            'id': 'text', 'stage_name': 'text', 'amount': 'decimal',
            '_fivetran_start': 'timestamp',
        },
        key=['id', '_fivetran_start'],
        optional=true,
        history=true,
    ) }}

),

compared_versions as (

    select
        *,
        lag(stage_name) over (
            partition by id order by _fivetran_start, source_key
        ) as earlier_stage,
        lag(amount) over (
            partition by id order by _fivetran_start, source_key
        ) as earlier_amount
    from versions

),

stg_salesforce__opportunity_changes as (

    select
        opportunity_id,
        case when field = 'StageName' then new_value end as label,
        case when field = 'Amount' then {{ as_decimal('new_value') }} end as amount,
        created_date as changed_at,
        {{ row_origin("
            case
                when coalesce(field, '') not in ('StageName', 'Amount')
                    or new_value is null
                    then 'not_needed'
                when field = 'Amount' and " ~ as_decimal('new_value') ~ " is null
                    then 'unreadable_value'
            end
        ") }}
    from changes
    union all
    select
        id as opportunity_id,
        stage_name as label,
        amount,
        _fivetran_start as changed_at,
        -- Most versions come from other columns: they enter no stage.
        {{ row_origin("
            case
                when stage_name = earlier_stage
                    and coalesce(amount, 0) = coalesce(earlier_amount, 0)
                    then 'not_needed'
            end
        ") }}
    from compared_versions

)

select * from stg_salesforce__opportunity_changes
