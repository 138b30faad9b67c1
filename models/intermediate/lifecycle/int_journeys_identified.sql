{# Grain: one row a journey of a person. A person who comes back long enough after an exit starts
   the next one. #}
with

touches as (select * from {{ ref('int_touches_resolved') }}),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }}
    where person_key is not null and opportunity_type = 'new'

),

returns as (select * from {{ ref('int_returns_detected') }}),

first_starts as (

    select
        person_key,
        min(started_at) as started_at
    from (
        select
            person_key,
            min(occurred_at) as started_at
        from touches
        group by person_key
        union all
        select
            person_key,
            least(created_at, closed_at) as started_at
        from opportunities
    ) as seen
    group by person_key

),

starts as (

    select
        person_key,
        started_at
    from first_starts
    union
    select
        person_key,
        started_at
    from returns

),

numbered as (

    select
        person_key,
        started_at,
        row_number() over (partition by person_key order by started_at nulls first)
            as journey_number,
        lead(started_at) over (partition by person_key order by started_at nulls first)
            as next_started_at
    from starts

),

int_journeys_identified as (

    select
        {{ key_of(["'person'", 'person_key', 'journey_number']) }} as journey_key,
        person_key,
        journey_number,
        started_at,
        next_started_at
    from numbered

)

select * from int_journeys_identified
