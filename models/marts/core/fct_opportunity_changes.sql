{# Grain: one row per opportunity and day on which it changed. Its outcome, stage, amount, expected
   close date and forecast category at the end of that day; they hold until the next row. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }}),

opportunity_events as (select * from {{ ref('int_opportunity_events_unioned') }}),

forecast_categories as (select * from {{ seed_by_system(ref('forecast_categories')) }}),

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
