-- Every link that makes two records one person. Choose one of the records with
-- --vars '{system: hubspot, record_id: "123"}'; without them, the example is a person known to
-- two systems.
{%- set chosen = chosen_record(usable_rows(ref('int_people_rows_checked'))) %}
with

links as (select * from {{ ref('int_record_pairs_linked') }}),

records as ({{ usable_rows(ref('int_people_rows_checked')) }}),

record_persons as (select * from {{ ref('int_record_persons_mapped') }}),

person_records as (

    select
        records.*,
        record_persons.person_key
    from records
    inner join record_persons on records.record_key = record_persons.record_key

),

person_links as (

    select
        first_records.person_key,
        first_records.system,
        first_records.record_id,
        other_records.system as other_system,
        other_records.record_id as other_record_id,
        links.link_kind,
        links.identifier,
        -- Two records have shared an address since the later of them was created.
        coalesce(links.linked_at, greatest(first_records.created_at, other_records.created_at))
            as linked_at
    from links
    inner join person_records as first_records on links.record_key = first_records.record_key
    inner join person_records as other_records
        on
            links.other_record_key = other_records.record_key
            and first_records.person_key = other_records.person_key

),

wanted_person as (

    select person_key
    from person_records
    where {{ chosen }}
    union all
    select max(person_key) as person_key
    from person_links
    where system != other_system and {{ (chosen == 'false') | lower }}

),

why_are_these_one_person as (

    select person_links.*
    from person_links
    inner join wanted_person on person_links.person_key = wanted_person.person_key

)

select * from why_are_these_one_person
order by linked_at, record_id, other_record_id
