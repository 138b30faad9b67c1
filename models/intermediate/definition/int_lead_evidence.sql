{# Grain: one row a journey and stage that the definition decides (lead, mql, sql), at the moment it was first met, under the
   version in force on that day. #}
with

touches as (select * from {{ ref('int_touches_on_journeys') }}),

evaluated as (select * from {{ ref('int_definition_evaluated') }} where is_passed),

versions as (select * from {{ ref('lead_definition_versions') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

judged as (

    select
        touches.*,
        kinds.stage,
        versions.definition_version,
        versions.mql_score
    from touches
    inner join kinds on touches.kind = kinds.kind
    inner join versions
        on
            -- A touch whose day nobody knows is judged by the first version.
            coalesce(touches.occurred_at, cast('1990-01-01' as timestamp)) >= versions.valid_from
            and (touches.occurred_at < versions.valid_to or versions.valid_to is null)

),

leads as (

    select
        judged.journey_key,
        'lead' as stage,
        judged.definition_version,
        judged.occurred_at,
        judged.touch_key
    from judged
    inner join evaluated
        on
            judged.person_key = evaluated.person_key
            and judged.definition_version = evaluated.definition_version
            and evaluated.stage = 'lead'
    where judged.stage = 'lead'

),

lead_starts as (

    select
        journey_key,
        min(occurred_at) as lead_at
    from leads
    group by journey_key

),

scored as (

    select
        judged.journey_key,
        judged.person_key,
        judged.definition_version,
        judged.mql_score,
        judged.occurred_at,
        judged.touch_key,
        sum(scores.points) over (
            partition by judged.journey_key
            order by judged.occurred_at nulls first, judged.touch_key
        ) as running_score
    from judged
    inner join scores
        on
            judged.kind = scores.kind
            and judged.definition_version = scores.definition_version

),

mqls as (

    select
        scored.journey_key,
        'mql' as stage,
        scored.definition_version,
        greatest(scored.occurred_at, lead_starts.lead_at) as occurred_at,
        scored.touch_key
    from scored
    inner join lead_starts on scored.journey_key = lead_starts.journey_key
    inner join evaluated
        on
            scored.person_key = evaluated.person_key
            and scored.definition_version = evaluated.definition_version
            and evaluated.stage = 'mql'
    where scored.running_score >= scored.mql_score

),

sqls as (

    select
        judged.journey_key,
        'sql' as stage,
        judged.definition_version,
        judged.occurred_at,
        judged.touch_key
    from judged
    inner join evaluated as lead_rules
        on
            judged.person_key = lead_rules.person_key
            and judged.definition_version = lead_rules.definition_version
            and lead_rules.stage = 'lead'
    inner join evaluated as sql_rules
        on
            judged.person_key = sql_rules.person_key
            and judged.definition_version = sql_rules.definition_version
            and sql_rules.stage = 'sql'
    where judged.stage = 'sql'

),

met as (

    select * from leads
    union all
    select * from mqls
    union all
    select * from sqls

),

int_lead_evidence as (

    select
        journey_key,
        stage,
        {{ first_by('definition_version', "row(coalesce(occurred_at, cast('9999-12-31' as timestamp)), touch_key)") }}
            as definition_version,
        {{ first_by('touch_key', "row(coalesce(occurred_at, cast('9999-12-31' as timestamp)), touch_key)") }}
            as touch_key,
        min(occurred_at) as occurred_at
    from met
    group by journey_key, stage

)

select * from int_lead_evidence
