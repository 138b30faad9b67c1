{# Grain: one row per opportunity and moment at which something about it became known: that it is
   open at a stage with an amount, that it closed, or its expected close date or forecast category.
   What a row does not say stays as it was. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }}),

landed_opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

intervals as (select * from {{ ref('int_pipeline_intervals_dated') }}),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

intervals_with_next as (

    select
        *,
        lead(starts_at) over (partition by opportunity_key order by starts_at) as next_starts_at
    from intervals

),

systems_with_moves as (

    select distinct system
    from changes
    where expected_close_date is not null

),

first_dates as (

    select
        opportunity_key,
        {{ first_by('from_expected_close_date', 'row(changed_at, tie_number, source_key)') }}
            as from_expected_close_date
    from changes
    where expected_close_date is not null
    group by opportunity_key

),

rows_of_today as (

    select
        landed_opportunities.*,
        opportunities.created_at as opened_at
    from landed_opportunities
    inner join opportunities
        on landed_opportunities.opportunity_key = opportunities.opportunity_key
    where opportunities.outcome = 'open' and landed_opportunities.is_known_at_cutoff

),

written_values as (

    select
        opportunity_key,
        expected_close_date,
        forecast_category,
        changed_at as happened_at,
        tie_number,
        source_key
    from changes
    where expected_close_date is not null or forecast_category is not null
    union all
    -- A history of moves has the first date as that from which the first move went.
    select
        opportunities.opportunity_key,
        first_dates.from_expected_close_date as expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        opportunities.created_at as happened_at,
        0 as tie_number,
        '' as source_key
    from first_dates
    inner join opportunities on first_dates.opportunity_key = opportunities.opportunity_key
    where
        first_dates.from_expected_close_date is not null
        and opportunities.created_at is not null
    union all
    -- A date that was never moved has been the same from the beginning, if moves are recorded.
    select
        rows_of_today.opportunity_key,
        rows_of_today.expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        rows_of_today.opened_at as happened_at,
        0 as tie_number,
        '' as source_key
    from rows_of_today
    inner join systems_with_moves on rows_of_today.system = systems_with_moves.system
    left join first_dates on rows_of_today.opportunity_key = first_dates.opportunity_key
    where first_dates.opportunity_key is null and rows_of_today.opened_at is not null
    union all
    -- What no history shows is known at the cutoff.
    select
        opportunity_key,
        expected_close_date,
        forecast_category,
        {{ cutoff() }} - interval '1 microsecond' as happened_at,
        0 as tie_number,
        '' as source_key
    from rows_of_today

),

int_opportunity_events_unioned as (

    select
        opportunity_key,
        'open' as outcome,
        pipeline_stage_name,
        pipeline_class,
        amount,
        cast(null as date) as expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        starts_at as happened_at,
        1 as event_rank,
        0 as tie_number,
        '' as source_key
    from intervals
    union all
    -- Lost or won, and opened again later.
    select
        intervals.opportunity_key,
        coalesce(states.outcome, 'lost') as outcome,
        intervals.pipeline_stage_name,
        intervals.pipeline_class,
        intervals.amount,
        cast(null as date) as expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        intervals.ends_at as happened_at,
        2 as event_rank,
        0 as tie_number,
        '' as source_key
    from intervals_with_next as intervals
    inner join opportunities on intervals.opportunity_key = opportunities.opportunity_key
    left join states
        on
            intervals.opportunity_key = states.opportunity_key
            and intervals.ends_at = states.entered_at
            and states.outcome != 'open'
    where
        intervals.ends_at < {{ or_end('intervals.next_starts_at') }}
        and intervals.ends_at < {{ or_end('opportunities.closed_at') }}
    union all
    select
        opportunities.opportunity_key,
        opportunities.outcome,
        intervals.pipeline_stage_name,
        intervals.pipeline_class,
        opportunities.amount,
        cast(null as date) as expected_close_date,
        {{ typed_null('text') }} as forecast_category,
        opportunities.closed_at as happened_at,
        3 as event_rank,
        0 as tie_number,
        '' as source_key
    from opportunities
    left join intervals
        on
            opportunities.opportunity_key = intervals.opportunity_key
            and opportunities.closed_at = intervals.ends_at
    where opportunities.outcome != 'open' and opportunities.closed_at is not null
    union all
    -- A date that is set on the day of the close, or later, is that of the close.
    select
        written_values.opportunity_key,
        {{ typed_null('text') }} as outcome,
        {{ typed_null('text') }} as pipeline_stage_name,
        {{ typed_null('text') }} as pipeline_class,
        cast(null as decimal(18, 2)) as amount,
        written_values.expected_close_date,
        written_values.forecast_category,
        written_values.happened_at,
        0 as event_rank,
        written_values.tie_number,
        written_values.source_key
    from written_values
    inner join opportunities on written_values.opportunity_key = opportunities.opportunity_key
    where
        opportunities.closed_at is null
        or cast(written_values.happened_at as date) < cast(opportunities.closed_at as date)

)

select * from int_opportunity_events_unioned
