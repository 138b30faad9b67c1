{{ config(**keeps_rows('person_key', 'int_changed_persons_detected')) }}
{# Grain: one row per evaluation and touch that can count in it: the version that evaluates it,
   the profile of the person at that moment, and the score of the journey up to it. #}
{#- In order of time, and of key at the same time, so that the same touches give the same sums. -#}
{%- set journey_so_far -%}
    partition by versions.evaluation, profiled_touches.journey_key
            order by profiled_touches.occurred_at nulls first, profiled_touches.touch_key
            rows between unbounded preceding and current row
{%- endset -%}

with

touches as (

    select * from {{ ref('int_touch_journeys_assigned') }}
    {{ where_changed('person_key', 'int_changed_persons_detected') }}

),

profile_intervals as (

    select * from {{ ref('int_person_profiles_dated') }}
    {{ where_changed('person_key', 'int_changed_persons_detected') }}

),

versions as (select * from {{ ref('int_evaluation_versions_dated') }}),

criteria as (select * from {{ ref('int_touch_kinds_scored') }}),

counting_kinds as (select distinct kind from criteria where is_candidate),

kind_points as (

    select
        criteria.definition_version,
        criteria.kind,
        max(criteria.points) as points
    from criteria
    inner join counting_kinds on criteria.kind = counting_kinds.kind
    group by criteria.definition_version, criteria.kind

),

profiled_touches as (

    select
        touches.journey_key,
        touches.person_key,
        touches.touch_key,
        profile_intervals.profile_key,
        touches.kind,
        touches.system,
        touches.occurred_at
    from touches
    inner join profile_intervals
        on
            touches.person_key = profile_intervals.person_key
            -- An undated touch is evaluated on the first profile, by the first version.
            and coalesce(touches.occurred_at, {{ start_of_time() }}) >= profile_intervals.valid_from
            and coalesce(touches.occurred_at, {{ start_of_time() }}) < profile_intervals.valid_to

),

int_evaluation_touches_scored as (

    select
        versions.evaluation,
        profiled_touches.journey_key,
        profiled_touches.person_key,
        profiled_touches.touch_key,
        profiled_touches.profile_key,
        profiled_touches.kind,
        profiled_touches.system,
        versions.definition_version,
        kind_points.points,
        row_number() over ({{ journey_so_far }}) as touch_number,
        cast(sum(kind_points.points) over ({{ journey_so_far }}) as bigint) as score,
        profiled_touches.occurred_at
    from profiled_touches
    inner join kind_points on profiled_touches.kind = kind_points.kind
    inner join versions
        on
            kind_points.definition_version = versions.definition_version
            and coalesce(profiled_touches.occurred_at, versions.first_valid_from)
            >= versions.valid_from
            and coalesce(profiled_touches.occurred_at, versions.first_valid_from)
            < versions.valid_to

)

select * from int_evaluation_touches_scored
