{# Grain: one row per person, stage and rule: passed, failed or unknown, at the moment when the
   stage was first met, or last could have been. #}
{{ config(materialized='view') }}

with

decisions as (select * from {{ ref('int_stage_decisions_described') }}),

rules as (select * from {{ ref('int_required_rules_listed') }}),

profile_rules as (select * from {{ ref('int_profile_rules_evaluated') }}),

person_attributes as (select * from {{ ref('int_person_attributes_dated') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

rule_outcomes as (

    select
        decisions.person_key,
        decisions.stage,
        decisions.definition_version,
        rules.rule_order,
        rules.rule,
        rules.meaning,
        rules.attribute,
        rules.operator,
        rules.value as required_value,
        case rules.attribute
            when 'evidence' then touches.kind
            when 'score' then cast(decisions.score as {{ dbt.type_string() }})
            when 'stage' then case when decisions.has_lead then rules.value end
            else {{ attribute_of('person_attributes', 'rules.attribute') }}
        end as known_value,
        case
            when profile_rules.outcome is not null then profile_rules.outcome
            when rules.attribute = 'evidence' and decisions.has_candidate then 'passed'
            when rules.attribute = 'score' and decisions.score >= cast(rules.value as bigint)
                then 'passed'
            when rules.attribute = 'stage' and decisions.has_lead then 'passed'
            else 'failed'
        end as outcome,
        coalesce(profile_rules.is_passed, false) as is_attribute_passed,
        decisions.is_met as is_stage_met,
        decisions.decided_at
    from decisions
    inner join rules
        on
            decisions.definition_version = rules.definition_version
            and decisions.stage = rules.stage
    inner join person_attributes
        on
            decisions.person_key = person_attributes.person_key
            and coalesce(decisions.decided_at, {{ start_of_time() }})
            >= person_attributes.valid_from
            and coalesce(decisions.decided_at, {{ start_of_time() }})
            < person_attributes.valid_to
    left join profile_rules
        on
            decisions.profile_key = profile_rules.profile_key
            and rules.definition_version = profile_rules.definition_version
            and rules.stage = profile_rules.stage
            and rules.rule = profile_rules.rule
    left join touches on decisions.touch_key = touches.touch_key

),

definition_explained as (

    select
        person_key,
        stage,
        definition_version,
        cast(rule_order as bigint) as rule_order,
        rule,
        meaning,
        attribute,
        operator,
        required_value,
        known_value,
        outcome,
        is_attribute_passed or outcome = 'passed' as is_passed,
        is_stage_met,
        decided_at
    from rule_outcomes

)

select * from definition_explained
