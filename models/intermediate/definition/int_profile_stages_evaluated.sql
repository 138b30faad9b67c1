{# Grain: one row per profile, version and stage: whether the profile passes all rules about
   attributes, and the first one that it fails. #}
with

profile_rules as (select * from {{ ref('int_profile_rules_evaluated') }}),

profiles as (select distinct profile_key from {{ ref('int_person_profiles_dated') }}),

stages as (

    select distinct
        definition_version,
        stage
    from {{ ref('int_required_rules_listed') }}

),

first_failures as (

    select
        profile_key,
        definition_version,
        stage,
        {{ first_by('rule', 'rule_order') }} as failed_rule
    from profile_rules
    where not is_passed
    group by profile_key, definition_version, stage

),

int_profile_stages_evaluated as (

    -- A stage without a rule about attributes passes every profile.
    select
        profiles.profile_key,
        stages.definition_version,
        stages.stage,
        first_failures.failed_rule,
        first_failures.failed_rule is null as is_passed
    from profiles
    cross join stages
    left join first_failures
        on
            profiles.profile_key = first_failures.profile_key
            and stages.definition_version = first_failures.definition_version
            and stages.stage = first_failures.stage

)

select * from int_profile_stages_evaluated
