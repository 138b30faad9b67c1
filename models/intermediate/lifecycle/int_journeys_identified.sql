{# Grain: one row per journey of a person. The first begins with the first touch or opportunity,
   the next when the person comes back long enough after an exit and sales has not taken it up
   before. #}
with

touches as (select * from {{ ref('int_touches_resolved') }}),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }}
    where person_key is not null and opportunity_type = 'new'

),

exits as (select * from {{ ref('int_exits_unioned') }} where person_key is not null),

kinds as (select * from {{ ref('evidence_kinds') }}),

first_dates as (

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

),

first_starts as (

    select
        person_key,
        min(started_at) as started_at
    from first_dates
    group by person_key

),

persons_with_exit as (select distinct person_key from exits),

events as (

    select
        person_key,
        exited_at as happened_at,
        true as is_exit,
        false as is_work
    from exits
    union all
    select
        touches.person_key,
        touches.occurred_at as happened_at,
        false as is_exit,
        kinds.signal = 'worked_on' as is_work
    from touches
    inner join persons_with_exit on touches.person_key = persons_with_exit.person_key
    inner join kinds on touches.kind = kinds.kind
    where kinds.signal in ('interested', 'worked_on') and touches.occurred_at is not null
    union all
    select
        opportunities.person_key,
        opportunities.created_at as happened_at,
        false as is_exit,
        true as is_work
    from opportunities
    inner join persons_with_exit on opportunities.person_key = persons_with_exit.person_key
    where opportunities.created_at is not null

),

events_with_last_exit as (

    select
        person_key,
        happened_at,
        is_exit,
        max(case when is_exit then happened_at end) over earlier_events as last_exit_at,
        max(case when is_work then happened_at end) over earlier_events as last_work_at
    from events
    window earlier_events as (
        partition by person_key
        order by happened_at, is_exit
        rows between unbounded preceding and 1 preceding
    )

),

returns as (

    select
        person_key,
        last_exit_at,
        min(happened_at) as started_at
    from events_with_last_exit
    where
        not is_exit
        and happened_at >= {{ add_days('last_exit_at', int_var('recycle_after_days')) }}
        and (last_work_at is null or last_work_at <= last_exit_at)
    group by person_key, last_exit_at

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

ordered_starts as (

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
    from ordered_starts

)

select * from int_journeys_identified
