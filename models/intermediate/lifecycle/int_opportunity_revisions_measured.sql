{# Grain: one row per usable opportunity: what was revised in it. How often and how far its expected
   close date moved while it was open, and when a win was that did not stand. #}
with

opportunities as (select * from {{ ref('int_opportunities_resolved') }}),

landed_opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

opportunity_changes as (

    select * from {{ ref('int_opportunity_changes_unioned') }} where expected_close_date is not null

),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

systems_with_changes as (select distinct system from opportunity_changes),

expected_dates as (

    -- A date that is set on the day of the close, or later, is that of the close.
    select
        opportunity_changes.opportunity_key,
        opportunity_changes.expected_close_date,
        opportunity_changes.changed_at,
        opportunity_changes.source_key,
        opportunity_changes.from_expected_close_date
    from opportunity_changes
    inner join opportunities
        on opportunity_changes.opportunity_key = opportunities.opportunity_key
    where
        opportunities.closed_at is null
        or cast(opportunity_changes.changed_at as date) < cast(opportunities.closed_at as date)
    union all
    -- Its history may lack the last change: what an open opportunity's own row says comes last.
    select
        landed_opportunities.opportunity_key,
        landed_opportunities.expected_close_date,
        {{ end_of_time() }} as changed_at,
        '' as source_key,
        cast(null as date) as from_expected_close_date
    from landed_opportunities
    inner join opportunities
        on landed_opportunities.opportunity_key = opportunities.opportunity_key
    where
        opportunities.outcome = 'open'
        and landed_opportunities.is_known_at_cutoff
        and landed_opportunities.expected_close_date is not null

),

dates_with_previous as (

    select
        *,
        coalesce(
            lag(expected_close_date) over (
                partition by opportunity_key order by changed_at, source_key
            ),
            from_expected_close_date
        ) as previous_date
    from expected_dates

),

close_dates as (

    select
        opportunity_key,
        {{ first_by(
            'coalesce(previous_date, expected_close_date)', 'row(changed_at, source_key)'
        ) }} as first_expected_close_date,
        {{ last_by('expected_close_date', 'row(changed_at, source_key)') }}
            as expected_close_date,
        count(case when expected_close_date > previous_date then 1 end) as push_count
    from dates_with_previous
    group by opportunity_key

),

restated_wins as (

    select
        states.opportunity_key,
        max(states.entered_at) as restated_win_at
    from states
    inner join opportunities on states.opportunity_key = opportunities.opportunity_key
    where
        states.outcome = 'won'
        and not (states.is_last and opportunities.outcome = 'won')
    group by states.opportunity_key

),

int_opportunity_revisions_measured as (

    select
        opportunities.opportunity_key,
        close_dates.first_expected_close_date,
        close_dates.expected_close_date,
        case when systems_with_changes.system is not null then close_dates.push_count end
            as push_count,
        case
            when systems_with_changes.system is not null
                then close_dates.expected_close_date - close_dates.first_expected_close_date
        end as pushed_days,
        restated_wins.restated_win_at
    from opportunities
    left join close_dates on opportunities.opportunity_key = close_dates.opportunity_key
    left join restated_wins on opportunities.opportunity_key = restated_wins.opportunity_key
    left join systems_with_changes on opportunities.system = systems_with_changes.system

)

select * from int_opportunity_revisions_measured
