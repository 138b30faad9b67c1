{# Grain: one row per funnel, lead group, from_node, sample and week of waiting. The life table of
   each transition: the probability to move on in that week, with exits as a competing risk
   (Aalen-Johansen) and open journeys as censored. #}
{%- set table = 'partition by funnel, lead_group, from_node, sample_number' -%}
{%- set pool = 'partition by funnel, from_node, sample_number' -%}
with

transitions as (select * from {{ ref('int_plan_transitions_counted') }}),

samples as ({{ plan_samples() }}),

history_weeks as ({{ whole_numbers(0, int_var('planning_history_weeks')) }}),

tables as (
    select distinct
        funnel,
        lead_group,
        from_node
    from transitions
),

events as (

    -- A journey joins those who wait in the week of its wait in which it is first observed, and
    -- leaves them with its result. Each week of the history has a row, even without an event.
    select
        funnel,
        lead_group,
        from_node,
        sample_part,
        unseen_weeks as waited_weeks,
        'joined' as event,
        journey_count
    from transitions
    union all
    select
        funnel,
        lead_group,
        from_node,
        sample_part,
        waited_weeks,
        result as event,
        journey_count
    from transitions
    union all
    select
        tables.funnel,
        tables.lead_group,
        tables.from_node,
        0 as sample_part,
        history_weeks.number as waited_weeks,
        'none' as event,
        0 as journey_count
    from tables
    cross join history_weeks

),

part_counts as (

    select
        funnel,
        lead_group,
        from_node,
        sample_part,
        waited_weeks,
        sum(case when event = 'joined' then journey_count else 0 end) as joined_count,
        sum(case when event = 'advanced' then journey_count else 0 end) as advanced_count,
        sum(case when event = 'exited' then journey_count else 0 end) as exited_count,
        sum(case when event = 'open' then journey_count else 0 end) as open_count
    from events
    group by funnel, lead_group, from_node, sample_part, waited_weeks

),

total_counts as (

    select
        funnel,
        lead_group,
        from_node,
        waited_weeks,
        sum(joined_count) as joined_count,
        sum(advanced_count) as advanced_count,
        sum(exited_count) as exited_count,
        sum(open_count) as open_count
    from part_counts
    group by funnel, lead_group, from_node, waited_weeks

),

sample_counts as (

    -- Sample 0 is everything; samples 1 to 20 are everything less one part.
    select
        totals.funnel,
        totals.lead_group,
        totals.from_node,
        samples.number as sample_number,
        totals.waited_weeks,
        cast(totals.joined_count - coalesce(parts.joined_count, 0) as bigint) as joined_count,
        cast(totals.advanced_count - coalesce(parts.advanced_count, 0) as bigint)
            as advanced_count,
        cast(totals.exited_count - coalesce(parts.exited_count, 0) as bigint) as exited_count,
        cast(totals.open_count - coalesce(parts.open_count, 0) as bigint) as open_count
    from total_counts as totals
    cross join samples
    left join part_counts as parts
        on
            totals.funnel = parts.funnel
            and totals.lead_group = parts.lead_group
            and totals.from_node = parts.from_node
            and totals.waited_weeks = parts.waited_weeks
            and samples.number = parts.sample_part

),

risk_sets as (

    select
        *,
        cast(
            sum(joined_count - open_count - advanced_count - exited_count) over (
                {{ table }} order by waited_weeks
            ) + advanced_count + exited_count as bigint
        ) as waiting_count
    from sample_counts

),

pooled_counts as (

    -- The funnel's own rates count as much as the journeys that would make planning_prior_wins
    -- moves: thin lead groups take after their funnel.
    select
        *,
        {{ as_double('sum(advanced_count) over (' ~ pool ~ ', waited_weeks)') }} as pool_advanced,
        {{ as_double('sum(exited_count) over (' ~ pool ~ ', waited_weeks)') }} as pool_exited,
        {{ as_double('sum(waiting_count) over (' ~ pool ~ ', waited_weeks)') }} as pool_waiting,
        {{ int_var('planning_prior_wins') }}
        * {{ as_double('sum(joined_count) over (' ~ pool ~ ')') }}
        / greatest(sum(advanced_count) over ({{ pool }}), 1) as prior_journeys
    from risk_sets

),

hazards as (

    select
        *,
        coalesce(
            (advanced_count + prior_journeys * pool_advanced / nullif(pool_waiting, 0))
            / nullif(waiting_count + prior_journeys, 0), 0
        ) as advance_hazard,
        coalesce(
            (exited_count + prior_journeys * pool_exited / nullif(pool_waiting, 0))
            / nullif(waiting_count + prior_journeys, 0), 0
        ) as exit_hazard
    from pooled_counts

),

waiting_rates as (

    select
        *,
        coalesce(exp(
            sum(ln(greatest(1 - advance_hazard - exit_hazard, 0.000001))) over (
                {{ table }} order by waited_weeks
                rows between unbounded preceding and 1 preceding
            )
        ), 1) as waiting_rate
    from hazards

),

int_plan_life_tables_estimated as (

    select
        funnel,
        lead_group,
        from_node,
        sample_number,
        waited_weeks,
        joined_count,
        waiting_count,
        advanced_count,
        exited_count,
        open_count,
        waiting_rate,
        waiting_rate * advance_hazard as advance_rate,
        sum(waiting_rate * advance_hazard) over ({{ table }} order by waited_weeks)
            as cumulative_advance_rate
    from waiting_rates

)

select * from int_plan_life_tables_estimated
