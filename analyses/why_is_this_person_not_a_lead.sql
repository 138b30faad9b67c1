-- Every rule that stands between a person and being a lead, and how it came out. Put another
-- person_key and stage in their place; here, somebody whom a rule keeps from being an MQL.
with

explained as (select * from {{ ref('definition_explained') }}),

chosen as (

    select min(person_key) as person_key
    from explained
    where stage = 'mql' and not is_stage_met and rule = 'large_enough' and outcome = 'failed'

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
        explained.evaluated_at
    from explained
    inner join chosen on explained.person_key = chosen.person_key

)

select * from why_is_this_person_not_a_lead
order by stage, rule_order
