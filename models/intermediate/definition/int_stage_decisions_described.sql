{# Grain: one row per person and stage: the decision in force, and the first rule that was not
   passed. Taken at the touch that met the stage, else at the last touch that could have met it,
   else as of the cutoff. #}
{%- set touch_order -%}
row(coalesce(touches.occurred_at, {{ start_of_time() }}), touches.touch_key)
{%- endset -%}
{%- set met_order = "row(" ~ or_end("occurred_at") ~ ", touch_key)" -%}

with

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

touches as (select * from {{ ref('int_evaluation_touches_scored') }} where evaluation = 'in_force'),

criteria as (select * from {{ ref('int_touch_kinds_scored') }} where is_candidate),

profile_stages as (select * from {{ ref('int_profile_stages_evaluated') }}),

current_profiles as (

    select * from {{ ref('int_person_profiles_dated') }} where valid_to = {{ end_of_time() }}

),

current_versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force' and valid_from < {{ cutoff() }} and valid_to >= {{ cutoff() }}

),

stage_requirements as (

    select
        definition_version,
        stage,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score,
        {{ first_by('rule', 'rule_order') }} as first_rule
    from {{ ref('int_required_rules_listed') }}
    where attribute in ('evidence', 'score')
    group by definition_version, stage

),

first_qualifications as (

    select
        person_key,
        stage,
        is_lead_stage,
        {{ first_by('touch_key', met_order) }} as touch_key,
        min(occurred_at) as met_at
    from qualifications
    group by person_key, stage, is_lead_stage

),

last_candidate_touches as (

    select
        touches.person_key,
        criteria.stage,
        {{ last_by('touches.touch_key', touch_order) }} as touch_key
    from touches
    inner join criteria
        on
            touches.definition_version = criteria.definition_version
            and touches.kind = criteria.kind
    group by touches.person_key, criteria.stage

),

decisions as (

    select
        current_profiles.person_key,
        stage_requirements.stage,
        touches.journey_key,
        touches.touch_key,
        coalesce(touches.definition_version, current_versions.definition_version)
            as definition_version,
        coalesce(touches.profile_key, current_profiles.profile_key) as profile_key,
        coalesce(touches.score, 0) as score,
        touches.touch_key is not null as has_candidate,
        first_qualifications.person_key is not null as is_met,
        case
            when touches.touch_key is null then {{ cutoff() }}
            else coalesce(first_qualifications.met_at, touches.occurred_at)
        end as decided_at
    from current_profiles
    cross join current_versions
    inner join stage_requirements
        on current_versions.definition_version = stage_requirements.definition_version
    left join first_qualifications
        on
            current_profiles.person_key = first_qualifications.person_key
            and stage_requirements.stage = first_qualifications.stage
    left join last_candidate_touches
        on
            current_profiles.person_key = last_candidate_touches.person_key
            and stage_requirements.stage = last_candidate_touches.stage
    left join touches
        on
            coalesce(first_qualifications.touch_key, last_candidate_touches.touch_key)
            = touches.touch_key

),

int_stage_decisions_described as (

    select
        decisions.*,
        -- Without a touch there is no journey: then, whether the person ever was a lead.
        case
            when decisions.has_candidate then journey_leads.journey_key is not null
            else person_leads.person_key is not null
        end as has_lead,
        case
            when decisions.is_met then null
            when not profile_stages.is_passed then profile_stages.failed_rule
            when not decisions.has_candidate then stage_requirements.first_rule
            when decisions.score < stage_requirements.least_score then 'score'
            when journey_leads.journey_key is null then 'is_lead'
        end as failed_rule
    from decisions
    inner join stage_requirements
        on
            decisions.definition_version = stage_requirements.definition_version
            and decisions.stage = stage_requirements.stage
    inner join profile_stages
        on
            decisions.profile_key = profile_stages.profile_key
            and decisions.definition_version = profile_stages.definition_version
            and decisions.stage = profile_stages.stage
    left join qualifications as journey_leads
        on decisions.journey_key = journey_leads.journey_key and journey_leads.is_lead_stage
    left join first_qualifications as person_leads
        on decisions.person_key = person_leads.person_key and person_leads.is_lead_stage

)

select * from int_stage_decisions_described
