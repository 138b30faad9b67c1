-- Every link that makes two records one person. Choose one of the records with
-- --vars '{system: hubspot, record_id: "123"}'; without them, the example is a person known to
-- two systems.
{%- set chosen = chosen_record(usable_rows(ref('int_people_rows_checked'))) %}
with

links as (select * from {{ ref('int_record_links_described') }}),

records as ({{ usable_rows(ref('int_people_rows_checked')) }}),

record_persons as (select * from {{ ref('int_record_persons_mapped') }}),

wanted_person as (

    select record_persons.person_key
    from records
    inner join record_persons on records.record_key = record_persons.record_key
    where {{ chosen }}
    union all
    select max(person_key) as person_key
    from links
    where system != other_system and {{ (chosen == 'false') | lower }}

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
    inner join wanted_person on links.person_key = wanted_person.person_key

)

select * from why_are_these_one_person
order by linked_at, record_id, other_record_id
