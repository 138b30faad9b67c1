-- Every rule between a person and a stage, with its outcome. Choose the person with
-- --vars '{system: hubspot, record_id: "123"}'; without them, the example is a person whose
-- company fails a rule about its size.
{%- set chosen = chosen_record(usable_rows(ref('int_people_rows_checked'))) %}
with

explained as (select * from {{ ref('definition_explained') }}),

records as ({{ usable_rows(ref('int_people_rows_checked')) }}),

record_persons as (select * from {{ ref('int_record_persons_mapped') }}),

wanted_person as (

    select record_persons.person_key
    from records
    inner join record_persons on records.record_key = record_persons.record_key
    where {{ chosen }}
    union all
    select min(person_key) as person_key
    from explained
    where
        not is_stage_met
        and attribute = 'employees'
        and outcome = 'failed'
        and {{ (chosen == 'false') | lower }}

),

why_is_this_person_not_a_lead as (

    select
        explained.stage,
        explained.rule,
        explained.outcome,
        explained.known_value,
        explained.operator,
        explained.required_value,
        explained.meaning,
        explained.rule_order,
        explained.is_passed,
        explained.definition_version,
        explained.decided_at,
        explained.person_key
    from explained
    inner join wanted_person on explained.person_key = wanted_person.person_key

)

select * from why_is_this_person_not_a_lead
order by stage, is_passed, rule_order
