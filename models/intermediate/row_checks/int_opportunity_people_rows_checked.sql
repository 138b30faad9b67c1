with

{{ union_sources('opportunity_people') }},

keyed as (

    select
        *,
        {{ key_of(['system', 'opportunity_id']) }} as opportunity_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from checked

),

people as (select record_key from {{ ref('int_people_unioned') }}),

opportunities as (

    -- What belongs to a deleted deal is no fault: it goes out of use with the deal.
    select opportunity_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code = 'deleted'

),

int_opportunity_people_rows_checked as (

    select
        keyed.opportunity_key,
        keyed.record_key,
        keyed.system,
        keyed.role,
        coalesce(keyed.is_primary, false) as is_primary,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['people'], 'keyed')
            ~ ", case when opportunities.opportunity_key is null then 'unknown_reference' end)",
            'keyed'
        ) }}
    from keyed
    left join people on keyed.record_key = people.record_key
    left join opportunities on keyed.opportunity_key = opportunities.opportunity_key

)

select * from int_opportunity_people_rows_checked
