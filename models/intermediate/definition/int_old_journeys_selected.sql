{# Grain: one row per journey that is old enough to have been won, as somebody who noticed us (node
   awareness) and as a lead (node lead), with the profile of that day. What the worth of a rule is
   measured on. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }}
    where evaluation = 'in_force' and is_lead_stage

),

estimates as (

    select * from {{ ref('conversion_estimates') }}
    where slice_name = 'all' and horizon_days is null

),

profile_intervals as (select * from {{ ref('int_person_profiles_dated') }}),

step_waits as (

    -- Days within which nine in ten of the wins come that will ever come.
    select
        stages.planning_node as from_node,
        estimates.conversion_lag_p90_days as wait_days
    from stages
    inner join stages as wins on wins.planning_node = 'win'
    inner join estimates on stages.stage || '_to_' || wins.stage = estimates.step
    where stages.planning_node in ('awareness', 'lead')

),

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

int_old_journeys_selected as (

    select
        node_entries.from_node,
        node_entries.journey_key,
        profile_intervals.profile_key,
        cast(coalesce(journeys.won_amount, 0) as decimal(18, 2)) as won_amount,
        journeys.has_win,
        node_entries.entered_at,
        case when journeys.has_win then journeys.win_at else journeys.exited_at end as ended_at
    from node_entries
    inner join step_waits on node_entries.from_node = step_waits.from_node
    inner join journeys on node_entries.journey_key = journeys.journey_key
    inner join profile_intervals
        on
            journeys.person_key = profile_intervals.person_key
            and node_entries.entered_at >= profile_intervals.valid_from
            and node_entries.entered_at < profile_intervals.valid_to
    where
        {{ days_between('node_entries.entered_at', cutoff()) }} >= step_waits.wait_days
        and coalesce(journeys.win_at >= node_entries.entered_at, not journeys.has_win)

)

select * from int_old_journeys_selected
