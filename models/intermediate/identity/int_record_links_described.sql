{{ config(materialized='view') }}
{# Grain: one row per link between two records of one person: its kind, and the identifier behind
   it. #}
with

links as (select * from {{ ref('int_records_linked') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

int_record_links_described as (

    select
        records.person_key,
        links.record_key,
        links.other_record_key,
        people.system,
        people.record_id,
        other_people.system as other_system,
        other_people.record_id as other_record_id,
        links.link_kind,
        links.identifier,
        -- Two records have shared an address since the later of them was created.
        coalesce(links.linked_at, greatest(people.created_at, other_people.created_at))
            as linked_at
    from links
    inner join records on links.record_key = records.record_key
    inner join records as other_records
        on
            links.other_record_key = other_records.record_key
            and records.person_key = other_records.person_key
    inner join people on links.record_key = people.record_key
    inner join people as other_people on links.other_record_key = other_people.record_key

)

select * from int_record_links_described
