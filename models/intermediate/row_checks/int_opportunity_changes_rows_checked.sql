{# Grain: one row per source row of an opportunity's stage or amount, usable or not: reason_code
   says why not. #}
with

source_rows as (

    {{ union_sources('opportunity_changes', times=['changed_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'opportunity_id']) }} as opportunity_key
    from source_rows

),

opportunities as (

    -- Rows of an opportunity that is deleted, or counts from another system, are usable here; they
    -- go out of use with the opportunity.
    select opportunity_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code in ('deleted', 'same_opportunity')

),

labels as (select * from {{ ref('stage_labels') }} where entity = 'opportunity_changes'),

int_opportunity_changes_rows_checked as (

    select
        keyed_rows.opportunity_key,
        keyed_rows.system,
        keyed_rows.label,
        labels.stage,
        keyed_rows.amount,
        keyed_rows.from_expected_close_date,
        keyed_rows.expected_close_date,
        keyed_rows.forecast_category,
        keyed_rows.changed_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when opportunities.opportunity_key is null then 'unknown_reference'
                when keyed_rows.label is not null and labels.label is null then 'unknown_label'
            end
        ) as reason_code
    from keyed_rows
    left join opportunities on keyed_rows.opportunity_key = opportunities.opportunity_key
    left join labels
        on
            keyed_rows.system = labels.system
            and lower(keyed_rows.label) = labels.label

)

select * from int_opportunity_changes_rows_checked
