{# Grain: one row a person, stage and rule: whether the person passed it, failed it, or it can't
   be told, when the stage was first met, or when it last could have been. #}
{{ config(materialized='view') }}

with

stages as (select * from {{ ref('int_stage_decisions_described') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

evaluated as (select * from {{ ref('int_profile_rules_evaluated') }}),

spells as (select * from {{ ref('int_person_attributes_dated') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

explained as (

    select
        stages.person_key,
        stages.stage,
        stages.definition_version,
        rules.rule_order,
        rules.rule,
        rules.meaning,
        rules.attribute,
        rules.operator,
        rules.value,
        case rules.attribute
            when 'evidence' then touches.kind
            when 'score' then cast(stages.score as {{ dbt.type_string() }})
            when 'stage' then case when stages.has_lead then 'lead' end
            else {{ attribute_of('spells', 'rules.attribute') }}
        end as known,
        case
            when evaluated.outcome is not null then evaluated.outcome
            when rules.attribute = 'evidence' and stages.has_candidate then 'passed'
            when rules.attribute = 'score' and stages.score >= cast(rules.value as bigint)
                then 'passed'
            when rules.attribute = 'stage' and stages.has_lead then 'passed'
            else 'failed'
        end as outcome,
        coalesce(evaluated.is_passed, false) as is_passed,
        stages.is_met,
        stages.evaluated_at
    from stages
    inner join rules
        on
            stages.definition_version = rules.definition_version
            and stages.stage = rules.stage
    inner join spells
        on
            stages.person_key = spells.person_key
            and coalesce(stages.evaluated_at, {{ start_of_time() }}) >= spells.valid_from
            and coalesce(stages.evaluated_at, {{ start_of_time() }}) < spells.valid_to
    left join evaluated
        on
            stages.profile_key = evaluated.profile_key
            and rules.definition_version = evaluated.definition_version
            and rules.stage = evaluated.stage
            and rules.rule = evaluated.rule
    left join touches on stages.touch_key = touches.touch_key

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
        value as required_value,
        known as known_value,
        outcome,
        is_passed or outcome = 'passed' as is_passed,
        is_met as is_stage_met,
        evaluated_at
    from explained

)

select * from definition_explained
