{# Grain: one row a person and stage: the touch that decided in force, and the first rule that was not
   passed. Met: the touch that first met it. Not met: the last touch that could have met it, or
   none, and then the person as known at the cutoff. #}
{%- set order = "row(coalesce(touches.occurred_at, " ~ start_of_time() ~ "), touches.touch_key)" -%}
{%- set first_order = "row(" ~ or_end("occurred_at") ~ ", touch_key)" -%}

with

judged as (select * from {{ ref('int_leads_judged') }} where basis = 'in_force'),

touches as (select * from {{ ref('int_touches_weighed') }} where basis = 'in_force'),

kinds as (select * from {{ ref('int_kinds_asked') }} where is_candidate),

profiles as (select * from {{ ref('int_profiles_judged') }}),

persons as (

    select * from {{ ref('int_persons_profiled') }} where valid_to = {{ end_of_time() }}

),

versions as (select * from {{ ref('int_bases_dated') }} where basis = 'in_force'),

stages as (

    select
        definition_version,
        stage,
        max(case when rule = 'score' then cast(value as bigint) end) as least_score,
        {{ first_by('rule', 'rule_order') }} as first_ask
    from {{ ref('int_rules_inherited') }}
    where rule in ('evidence', 'score')
    group by definition_version, stage

),

met as (

    select
        person_key,
        stage,
        {{ first_by('touch_key', first_order) }} as touch_key,
        min(occurred_at) as met_at
    from judged
    group by person_key, stage

),

tried as (

    select
        touches.person_key,
        kinds.stage,
        {{ last_by('touches.touch_key', order) }} as touch_key
    from touches
    inner join kinds
        on
            touches.definition_version = kinds.definition_version
            and touches.kind = kinds.kind
    group by touches.person_key, kinds.stage

),

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
        met.person_key is not null as is_met,
        case
            when touches.touch_key is null then {{ cutoff() }}
            else coalesce(met.met_at, touches.occurred_at)
        end as judged_at
    from persons
    cross join versions
    inner join stages on versions.definition_version = stages.definition_version
    left join met on persons.person_key = met.person_key and stages.stage = met.stage
    left join tried on persons.person_key = tried.person_key and stages.stage = tried.stage
    left join touches on coalesce(met.touch_key, tried.touch_key) = touches.touch_key
    where versions.valid_from < {{ cutoff() }} and versions.valid_to >= {{ cutoff() }}

),

int_stages_explained as (

    select
        decided.*,
        leads.journey_key is not null as has_lead,
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

)

select * from int_stages_explained
