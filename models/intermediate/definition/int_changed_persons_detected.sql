{# Grain: one row per person with a touch or a profile, also one that the last build had: whether
   anything differs that the evaluation of a person's touches reads. #}
with

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

profiles as (select * from {{ ref('int_person_profiles_dated') }}),

profile_stages as (select * from {{ ref('int_profile_stages_evaluated') }}),

versions as (select * from {{ ref('int_evaluation_versions_dated') }}),

criteria as (select * from {{ ref('int_touch_kinds_scored') }}),

stages_by_person as (

    -- How each profile of a person is evaluated.
    select
        profiles.person_key,
        profile_stages.profile_key,
        profile_stages.definition_version,
        profile_stages.stage,
        profile_stages.failed_rule,
        profile_stages.is_passed
    from profiles
    inner join profile_stages on profiles.profile_key = profile_stages.profile_key

),

int_changed_persons_detected as (

    {{ changed_keys(
        'person_key',
        inputs={
            'touches': 'int_touch_journeys_assigned',
            'profiles': 'int_person_profiles_dated',
            'stages_by_person': [
                'profile_key', 'definition_version', 'stage', 'failed_rule', 'is_passed'
            ],
        },
        shared={
            'versions': 'int_evaluation_versions_dated',
            'criteria': 'int_touch_kinds_scored',
        },
    ) }}

)

select * from int_changed_persons_detected
