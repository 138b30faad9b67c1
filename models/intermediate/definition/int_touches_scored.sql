{# Grain: one row a evaluation and touch that can count there: the version that judges it, who the
   person was then, and the score of the journey so far. #}
{#- In order of time, and at one time of key, so that the same touches give the same sums. -#}
{%- set so_far -%}
    partition by evaluations.evaluation, profiled.journey_key
            order by profiled.occurred_at nulls first, profiled.touch_key
            rows between unbounded preceding and current row
{%- endset -%}

with

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

spells as (select * from {{ ref('int_person_profiles_dated') }}),

evaluations as (select * from {{ ref('int_definition_versions_dated') }}),

asked as (select * from {{ ref('int_touch_criteria_listed') }}),

points as (

    select
        definition_version,
        kind,
        max(points) as points
    from asked
    where kind in (select candidates.kind from asked as candidates where candidates.is_candidate)
    group by definition_version, kind

),

profiled as (

    select
        touches.journey_key,
        touches.person_key,
        touches.touch_key,
        spells.profile_key,
        touches.kind,
        touches.system,
        touches.occurred_at
    from touches
    inner join spells
        on
            touches.person_key = spells.person_key
            -- A touch that nobody dated is judged on the first spell, by the first version.
            and coalesce(touches.occurred_at, {{ start_of_time() }}) >= spells.valid_from
            and coalesce(touches.occurred_at, {{ start_of_time() }}) < spells.valid_to

),

int_touches_scored as (

    select
        evaluations.evaluation,
        profiled.journey_key,
        profiled.person_key,
        profiled.touch_key,
        profiled.profile_key,
        profiled.kind,
        profiled.system,
        evaluations.definition_version,
        points.points,
        row_number() over ({{ so_far }}) as touch_number,
        cast(sum(points.points) over ({{ so_far }}) as bigint) as score,
        profiled.occurred_at
    from profiled
    inner join points on profiled.kind = points.kind
    inner join evaluations
        on
            points.definition_version = evaluations.definition_version
            and coalesce(profiled.occurred_at, evaluations.first_valid_from) >= evaluations.valid_from
            and coalesce(profiled.occurred_at, evaluations.first_valid_from) < evaluations.valid_to

)

select * from int_touches_scored
