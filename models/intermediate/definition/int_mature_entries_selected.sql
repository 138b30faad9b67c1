{# Grain: one row per journey that is old enough to have been won, as somebody who noticed us (node
   awareness) and as a lead (node lead), with the profile of that day. What the worth of a rule is
   measured on. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }} where is_current),

stages as (select * from {{ ref('lifecycle_stages') }} where is_exit),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }}
    where evaluation = 'in_force' and is_lead_stage

),

profile_intervals as (select * from {{ ref('int_person_profiles_dated') }}),

node_entries as (

    select
        'awareness' as from_node,
        journey_key,
        awareness_at as entered_at
    from journeys
    union all
    select
        'lead' as from_node,
        journey_key,
        occurred_at as entered_at
    from qualifications

),

wins as (

    select
        node_entries.from_node,
        {{ days_between('node_entries.entered_at', 'journeys.win_at') }} as wait_days,
        row_number() over (
            partition by node_entries.from_node
            order by {{ days_between('node_entries.entered_at', 'journeys.win_at') }}
        ) as number_from_start,
        count(*) over (partition by node_entries.from_node) as win_count
    from node_entries
    inner join journeys on node_entries.journey_key = journeys.journey_key
    where journeys.win_at >= node_entries.entered_at

),

node_waits as (

    -- Days within which nine in ten of the wins have come.
    select
        from_node,
        min(wait_days) as wait_days
    from wins
    where number_from_start * 10 >= win_count * 9
    group by from_node

),

current_exits as (

    -- A journey that exited and came back goes on, as one that was won later does.
    select
        lifecycle.journey_key,
        lifecycle.entered_at as exited_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage

),

int_mature_entries_selected as (

    select
        node_entries.from_node,
        node_entries.journey_key,
        profile_intervals.profile_key,
        cast(coalesce(journeys.won_amount, 0) as decimal(18, 2)) as won_amount,
        journeys.has_win,
        node_entries.entered_at,
        case when journeys.has_win then journeys.win_at else current_exits.exited_at end as ended_at
    from node_entries
    inner join node_waits on node_entries.from_node = node_waits.from_node
    inner join journeys on node_entries.journey_key = journeys.journey_key
    left join current_exits on node_entries.journey_key = current_exits.journey_key
    inner join profile_intervals
        on
            journeys.person_key = profile_intervals.person_key
            and node_entries.entered_at >= profile_intervals.valid_from
            and node_entries.entered_at < profile_intervals.valid_to
    where
        {{ days_between('node_entries.entered_at', cutoff()) }} >= node_waits.wait_days
        and coalesce(journeys.win_at >= node_entries.entered_at, not journeys.has_win)

)

select * from int_mature_entries_selected
