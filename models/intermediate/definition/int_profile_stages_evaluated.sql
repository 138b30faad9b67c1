{# Grain: one row a profile, version and stage: whether it passes all rules about attributes, and
   which it fails first. #}
with

evaluated as (select * from {{ ref('int_profile_rules_evaluated') }}),

profiles as (select distinct profile_key from {{ ref('int_person_profiles_dated') }}),

stages as (

    select distinct
        definition_version,
        stage
    from {{ ref('int_definition_rules_completed') }}

),

failures as (

    select
        profile_key,
        definition_version,
        stage,
        {{ first_by('rule', 'rule_order') }} as failed_rule
    from evaluated
    where not is_passed
    group by profile_key, definition_version, stage

),

int_profile_stages_evaluated as (

    -- A stage that asks for no attribute passes everybody.
    select
        profiles.profile_key,
        stages.definition_version,
        stages.stage,
        failures.failed_rule,
        failures.failed_rule is null as is_passed
    from profiles
    cross join stages
    left join failures
        on
            profiles.profile_key = failures.profile_key
            and stages.definition_version = failures.definition_version
            and stages.stage = failures.stage

)

select * from int_profile_stages_evaluated
