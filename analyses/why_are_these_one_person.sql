-- Every link that makes two records one person; put your own system and id in their place.
with

links as (select * from {{ ref('int_record_links_described') }}),

example_person as (

    select max(person_key) as person_key
    from links
    where system = 'hubspot' and other_system != 'hubspot'

),

why_are_these_one_person as (

    select
        links.person_key,
        links.system,
        links.record_id,
        links.other_system,
        links.other_record_id,
        links.link_kind,
        links.identifier,
        links.linked_at
    from links
    inner join example_person on links.person_key = example_person.person_key

)

select * from why_are_these_one_person
order by linked_at, record_id, other_record_id
