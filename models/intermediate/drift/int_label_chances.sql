{# Grain: one row a system, person, stage and day on which the system had reason to give the person
   the stage's label, or gave it. Nothing of a day counts before its label days are over. #}
with

placed as (select * from {{ ref('int_chances_placed') }}),

kinds as (select * from {{ ref('int_touch_criteria_listed') }}),

patterns as (select * from {{ ref('int_patterns_lettered') }}),

judged as (select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'),

journeys as (select * from {{ ref('int_journeys_described') }}),

system_scores as (select * from {{ ref('int_system_scores_dated') }}),

stages as (

    select
        definition_version,
        stage,
        max(least_score) as least_score
    from kinds
    group by definition_version, stage

),

scored as (

    select
        placed.system,
        placed.person_key,
        placed.stage,
        placed.chance_date,
        max(system_scores.score) as system_score
    from placed
    inner join system_scores
        on
            placed.system = system_scores.system
            and placed.person_key = system_scores.person_key
            and placed.ends_at > system_scores.valid_from
            and placed.ends_at <= {{ or_end('system_scores.valid_to') }}
    group by placed.system, placed.person_key, placed.stage, placed.chance_date

),

int_label_chances as (

    select
        placed.system,
        placed.person_key,
        placed.stage,
        placed.definition_version,
        coalesce(journeys.funnel, 'unknown') as funnel,
        coalesce(placed.channel, 'unknown') as channel,
        replace(replace(replace(
            patterns.pattern,
            'e', case when placed.has_touch then 'p' else 'f' end
        ), 's', case when placed.score >= stages.least_score then 'p' else 'f' end),
        'l', case when leads.occurred_at < placed.ends_at then 'p' else 'f' end) as pattern,
        placed.score,
        scored.system_score,
        coalesce(judged.occurred_at < placed.ends_at, false) as is_defined,
        placed.is_labelled,
        placed.has_touch,
        placed.chance_date
    from placed
    inner join stages
        on
            placed.definition_version = stages.definition_version
            and placed.stage = stages.stage
    left join patterns
        on
            placed.profile_key = patterns.profile_key
            and placed.definition_version = patterns.definition_version
            and placed.stage = patterns.stage
    left join judged
        on placed.journey_key = judged.journey_key and placed.stage = judged.stage
    left join judged as leads on placed.journey_key = leads.journey_key and leads.stage = 'lead'
    left join journeys on placed.journey_key = journeys.journey_key
    left join scored
        on
            placed.system = scored.system
            and placed.person_key = scored.person_key
            and placed.stage = scored.stage
            and placed.chance_date = scored.chance_date

)

select * from int_label_chances
