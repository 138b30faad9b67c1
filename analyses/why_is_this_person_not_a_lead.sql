-- Every rule between a person and a stage, with its outcome. Put another person_key in its place;
-- here, a person whose company fails a rule about its size.
with

explained as (select * from {{ ref('definition_explained') }}),

example_person as (

    select min(person_key) as person_key
    from explained
    where not is_stage_met and attribute = 'employees' and outcome = 'failed'

),

why_is_this_person_not_a_lead as (

    select
        explained.stage,
        explained.rule_order,
        explained.rule,
        explained.outcome,
        explained.is_passed,
        explained.known_value,
        explained.operator,
        explained.required_value,
        explained.meaning,
        explained.definition_version,
        explained.decided_at
    from explained
    inner join example_person on explained.person_key = example_person.person_key

)

select * from why_is_this_person_not_a_lead
order by stage, rule_order
