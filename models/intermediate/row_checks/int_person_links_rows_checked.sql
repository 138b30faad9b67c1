{# Grain: one row per source row of a link between two records, usable or not: reason_code says
   why not. #}
with

source_rows as (

    {{ union_sources('person_links', times=['linked_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['system', 'other_record_id']) }} as other_record_key
    from source_rows

),

people as (

    select record_key from {{ ref('int_people_rows_checked') }}
    where reason_code is null

),

int_person_links_rows_checked as (

    select
        keyed_rows.system,
        keyed_rows.record_key,
        keyed_rows.other_record_key,
        keyed_rows.link_kind,
        keyed_rows.linked_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when people.record_key is null then 'unknown_reference'
                when other_people.record_key is null then 'unknown_reference'
            end
        ) as reason_code
    from keyed_rows
    left join people on keyed_rows.record_key = people.record_key
    left join people as other_people on keyed_rows.other_record_key = other_people.record_key

)

select * from int_person_links_rows_checked
