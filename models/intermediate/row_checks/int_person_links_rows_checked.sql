with

{{ union_sources('person_links', times=['linked_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['system', 'other_record_id']) }} as other_record_key
    from checked

),

people as (

    select record_key from {{ ref('int_people_rows_checked') }}
    where reason_code is null

),

int_person_links_rows_checked as (

    select
        keyed.system,
        keyed.record_key,
        keyed.other_record_key,
        keyed.link_kind,
        keyed.linked_at,
        {{ checked_origin(unknown_reference(['people', 'other_people'], 'keyed'), 'keyed') }}
    from keyed
    left join people on keyed.record_key = people.record_key
    left join people as other_people on keyed.other_record_key = other_people.record_key

)

select * from int_person_links_rows_checked
