{# Grain: one row per opportunity and day on which it changed. Its outcome, stage, amount, expected
   close date and forecast category at the end of that day; they hold until the next row. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }}),

landed_opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

intervals as (select * from {{ ref('int_pipeline_intervals_dated') }}),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

forecast_categories as (select * from {{ seed_by_system(ref('forecast_categories')) }}),

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

opportunity_events as (

    -- What became known of an opportunity, when: that it is open at a stage with an amount, that it
    -- closed, or its expected close date or forecast category. What a row does not say stays as it
    -- was.
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

),

systems_with_categories as (

    select distinct opportunities.system
    from opportunity_events
    inner join opportunities on opportunity_events.opportunity_key = opportunities.opportunity_key
    where opportunity_events.forecast_category is not null

),

numbered_events as (

    -- Each event has a part of what is known; the rest stays as it was.
    select
        *,
        count(outcome) over earlier_events as outcome_number,
        count(expected_close_date) over earlier_events as date_number,
        count(forecast_category) over earlier_events as category_number,
        row_number() over (
            partition by opportunity_key, cast(happened_at as date)
            order by happened_at desc, event_rank desc, tie_number desc, source_key desc
        ) as recency_number
    from opportunity_events
    window earlier_events as (
        partition by opportunity_key order by happened_at, event_rank, tie_number, source_key
    )

),

filled_events as (

    select
        opportunity_key,
        max(outcome) over of_outcome as outcome,
        max(pipeline_stage_name) over of_outcome as pipeline_stage_name,
        max(pipeline_class) over of_outcome as pipeline_class,
        max(amount) over of_outcome as amount,
        max(expected_close_date) over (partition by opportunity_key, date_number)
            as expected_close_date,
        max(forecast_category) over (partition by opportunity_key, category_number)
            as forecast_category,
        recency_number,
        cast(happened_at as date) as change_date
    from numbered_events
    window of_outcome as (partition by opportunity_key, outcome_number)

),

described_days as (

    select
        filled_events.opportunity_key,
        opportunities.funnel,
        opportunities.revenue_type,
        filled_events.outcome,
        coalesce(filled_events.pipeline_stage_name, 'not_recorded') as pipeline_stage_name,
        coalesce(filled_events.pipeline_class, 'unclassified') as pipeline_class,
        coalesce(
            forecast_categories.forecast_category,
            case
                when filled_events.forecast_category is not null then 'unmapped'
                when systems_with_categories.system is not null then 'none'
                else 'not_recorded'
            end
        ) as forecast_category,
        filled_events.amount,
        filled_events.expected_close_date,
        opportunities.outcome != 'open'
        and coalesce(filled_events.change_date = cast(opportunities.closed_at as date), false)
            as is_final,
        filled_events.change_date
    from filled_events
    inner join opportunities on filled_events.opportunity_key = opportunities.opportunity_key
    left join systems_with_categories
        on opportunities.system = systems_with_categories.system
    left join forecast_categories
        on
            opportunities.system = forecast_categories.system
            and lower(filled_events.forecast_category) = forecast_categories.label
    where filled_events.recency_number = 1 and filled_events.outcome is not null

),

days_with_previous as (

    select
        *,
        lag(outcome) over earlier_days as previous_outcome,
        lag(pipeline_stage_name) over earlier_days as previous_stage_name,
        lag(pipeline_class) over earlier_days as previous_pipeline_class,
        lag(forecast_category) over earlier_days as previous_forecast_category,
        lag(amount) over earlier_days as previous_amount,
        lag(expected_close_date) over earlier_days as previous_expected_close_date
    from described_days
    window earlier_days as (partition by opportunity_key order by change_date)

),

fct_opportunity_changes as (

    select
        opportunity_key,
        funnel,
        revenue_type,
        case
            when outcome != 'open' then outcome
            when previous_outcome is null then 'created'
            when previous_outcome != 'open' then 'reopened'
            else 'changed'
        end as change_kind,
        outcome,
        case
            when pipeline_class = 'unclassified' and pipeline_stage_name != 'not_recorded'
                then {{ withheld('pipeline_stage_name') }}
            else pipeline_stage_name
        end as pipeline_stage_name,
        pipeline_class,
        forecast_category,
        previous_outcome,
        previous_pipeline_class,
        previous_forecast_category,
        amount,
        previous_amount,
        case
            when outcome = 'open' and previous_outcome = 'open'
                then cast(
                    nullif({{ date_difference(
                        'previous_expected_close_date', 'expected_close_date'
                    ) }}, 0) as bigint
                )
        end as moved_days,
        is_final,
        change_date,
        lead(change_date) over (partition by opportunity_key order by change_date)
            as next_change_date,
        expected_close_date,
        previous_expected_close_date
    from days_with_previous
    where
        is_final
        or previous_outcome is null
        or outcome != previous_outcome
        or pipeline_stage_name != previous_stage_name
        or pipeline_class != previous_pipeline_class
        or forecast_category != previous_forecast_category
        or amount is distinct from previous_amount
        or expected_close_date is distinct from previous_expected_close_date

)

select * from fct_opportunity_changes
