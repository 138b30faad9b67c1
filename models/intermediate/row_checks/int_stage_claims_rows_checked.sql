with

{{ union_sources('stage_claims', times=['claimed_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'source_table', 'source_key']) }} as claim_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from checked

),

people as (select record_key from {{ ref('int_people_unioned') }}),

labels as (select * from {{ ref('stage_labels') }} where entity = 'stage_claims'),

int_stage_claims_rows_checked as (

    select
        keyed.claim_key,
        keyed.record_key,
        keyed.system,
        keyed.label,
        keyed.from_label,
        labels.stage,
        keyed.claimed_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['people'], 'keyed')
            ~ ", case when labels.label is null then 'unknown_label' end)",
            'keyed'
        ) }}
    from keyed
    left join people on keyed.record_key = people.record_key
    left join labels
        on
            keyed.system = labels.system
            and lower(keyed.label) = labels.label

)

select * from int_stage_claims_rows_checked
