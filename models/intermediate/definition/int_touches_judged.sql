{# Grain: one row a touch that can make a lead, an MQL or an SQL, with the version in force on
   its day and the score so far. #}
with

touches as (select * from {{ ref('int_touches_placed') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

versions as (

    select
        *,
        lead(valid_from) over (order by valid_from desc) is null as is_first
    from {{ ref('lead_definition_versions') }}

),

scores as (select * from {{ ref('lead_definition_scores') }}),

int_touches_judged as (

    select
        touches.journey_key,
        touches.person_key,
        touches.touch_key,
        touches.system,
        kinds.stage,
        versions.definition_version,
        versions.mql_score,
        coalesce(scores.points, 0) as points,
        -- In order of time, and at one time of key, so that the same touches give the same sums.
        sum(coalesce(scores.points, 0)) over (
            partition by touches.journey_key
            order by touches.occurred_at nulls first, touches.touch_key
            rows between unbounded preceding and current row
        ) as running_score,
        touches.occurred_at
    from touches
    inner join kinds on touches.kind = kinds.kind
    inner join versions
        on
            (
                touches.occurred_at >= versions.valid_from
                and (touches.occurred_at < versions.valid_to or versions.valid_to is null)
            )
            -- A touch that nobody dated is judged by the first version.
            or (touches.occurred_at is null and versions.is_first)
    left join scores
        on
            touches.kind = scores.kind
            and versions.definition_version = scores.definition_version
    where scores.points is not null or kinds.stage in ('lead', 'sql')

)

select * from int_touches_judged
