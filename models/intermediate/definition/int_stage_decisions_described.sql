{# Grain: one row a person and stage: the judgement in force, and the first rule that was not
   passed. At the touch that met the stage, or the last that could have; without any, as of the
   cutoff. #}
with

deciding as (select * from {{ ref('int_deciding_touches_selected') }}),

judged as (select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'),

touches as (select * from {{ ref('int_touches_scored') }} where evaluation = 'in_force'),

profiles as (select * from {{ ref('int_profile_stages_evaluated') }}),

persons as (

    select * from {{ ref('int_person_profiles_dated') }} where valid_to = {{ end_of_time() }}

),

versions as (

    select * from {{ ref('int_definition_versions_dated') }}
    where evaluation = 'in_force' and valid_from < {{ cutoff() }} and valid_to >= {{ cutoff() }}

),

stages as (

    select
        definition_version,
        stage,
        max(case when rule = 'score' then cast(value as bigint) end) as least_score,
        {{ first_by('rule', 'rule_order') }} as first_ask
    from {{ ref('int_definition_rules_completed') }}
    where rule in ('evidence', 'score')
    group by definition_version, stage

),

met_leads as (select * from deciding where stage = 'lead' and is_met),

decided as (

    select
        persons.person_key,
        stages.stage,
        touches.journey_key,
        touches.touch_key,
        coalesce(touches.definition_version, versions.definition_version) as definition_version,
        coalesce(touches.profile_key, persons.profile_key) as profile_key,
        coalesce(touches.score, 0) as score,
        touches.touch_key is not null as has_candidate,
        coalesce(deciding.is_met, false) as is_met,
        case
            when touches.touch_key is null then {{ cutoff() }}
            else coalesce(deciding.met_at, touches.occurred_at)
        end as evaluated_at
    from persons
    cross join versions
    inner join stages on versions.definition_version = stages.definition_version
    left join deciding
        on
            persons.person_key = deciding.person_key
            and stages.stage = deciding.stage
    left join touches on deciding.touch_key = touches.touch_key

),

int_stage_decisions_described as (

    select
        decided.*,
        -- Without a touch there is no journey to ask: then, whether the person is a lead at all.
        case
            when decided.has_candidate then leads.journey_key is not null
            else met_leads.person_key is not null
        end as has_lead,
        case
            when decided.is_met then null
            when not profiles.is_passed then profiles.failed_rule
            when not decided.has_candidate then stages.first_ask
            when decided.score < stages.least_score then 'score'
            when leads.journey_key is null then 'is_lead'
        end as failed_rule
    from decided
    inner join stages
        on
            decided.definition_version = stages.definition_version
            and decided.stage = stages.stage
    inner join profiles
        on
            decided.profile_key = profiles.profile_key
            and decided.definition_version = profiles.definition_version
            and decided.stage = profiles.stage
    left join judged as leads
        on decided.journey_key = leads.journey_key and leads.stage = 'lead'
    left join met_leads on decided.person_key = met_leads.person_key

)

select * from int_stage_decisions_described
