{{ config(materialized='view') }}
{# Grain: one row a link between two records of one person: what it is, and by what identifier. #}
with

links as (select * from {{ ref('int_records_linked') }}),

resolved as (select * from {{ ref('int_record_persons_mapped') }}),

people as (select * from {{ ref('int_people_unioned') }}),

int_record_links_described as (

    select
        resolved.person_key,
        links.record_key,
        links.other_record_key,
        people.system,
        people.record_id,
        other_people.system as other_system,
        other_people.record_id as other_record_id,
        links.link_kind,
        links.identifier,
        -- Two records have shared an address since the later of them is there.
        coalesce(links.linked_at, greatest(people.created_at, other_people.created_at))
            as linked_at
    from links
    inner join resolved on links.record_key = resolved.record_key
    inner join resolved as other_resolved
        on
            links.other_record_key = other_resolved.record_key
            and resolved.person_key = other_resolved.person_key
    inner join people on links.record_key = people.record_key
    inner join people as other_people on links.other_record_key = other_people.record_key

)

select * from int_record_links_described
