with

{{ union_sources('opportunity_stages', times=['entered_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'opportunity_id']) }} as opportunity_key
    from checked

),

opportunities as (

    -- What belongs to a deleted deal is no fault: it goes out of use with the deal.
    select opportunity_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code = 'deleted'

),

labels as (select * from {{ ref('stage_labels') }} where entity = 'opportunity_stages'),

int_opportunity_stages_rows_checked as (

    select
        keyed.opportunity_key,
        keyed.system,
        keyed.label,
        labels.stage,
        keyed.amount,
        keyed.entered_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['opportunities'], 'keyed', key='opportunity_key')
            ~ ", case when keyed.label is not null and labels.label is null then 'unknown_label' end)",
            'keyed'
        ) }}
    from keyed
    left join opportunities on keyed.opportunity_key = opportunities.opportunity_key
    left join labels
        on
            keyed.system = labels.system
            and lower(keyed.label) = labels.label

)

select * from int_opportunity_stages_rows_checked
