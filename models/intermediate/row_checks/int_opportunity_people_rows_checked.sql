{# Grain: one row per source row of a person's part in an opportunity, usable or not: reason_code
   says why not. #}
with

source_rows as (

    {{ union_sources('opportunity_people') }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'opportunity_id']) }} as opportunity_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from source_rows

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

opportunities as (

    -- Rows of an opportunity that is deleted, or counts from another system, are usable here; they
    -- go out of use with the opportunity.
    select opportunity_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code in ('deleted', 'same_opportunity')

),

int_opportunity_people_rows_checked as (

    select
        keyed_rows.opportunity_key,
        keyed_rows.record_key,
        keyed_rows.system,
        keyed_rows.role,
        coalesce(keyed_rows.is_primary, false) as is_primary,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when people.record_key is null then 'unknown_reference'
                when opportunities.opportunity_key is null then 'unknown_reference'
            end
        ) as reason_code
    from keyed_rows
    left join people on keyed_rows.record_key = people.record_key
    left join opportunities on keyed_rows.opportunity_key = opportunities.opportunity_key

)

select * from int_opportunity_people_rows_checked
