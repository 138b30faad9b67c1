{# Grain: one row a step and slice: who entered and what became of them so far, how long converting
   takes, and whether the oldest have been watched for long enough to say where it ends. #}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

curves as (select * from {{ ref('conversion_curves') }}),

slices as (

    {{ slices() }}

),

sliced as (

    select
        journey_steps.*,
        slices.slice_name,
        {{ slice_value('journey_steps') }} as slice_value
    from journey_steps
    cross join slices

),

counts as (

    select
        step,
        slice_name,
        slice_value,
        count(*) as entered_count,
        count(*) filter (where entered_at >= {{ add_days(cutoff(), -365) }}) as year_entered_count,
        count(*) filter (where result = 'converted') as converted_count,
        count(*) filter (where result in ('lost', 'returned')) as lost_count,
        count(*) filter (where result = 'open') as open_count,
        count(*) filter (where result = 'converted' and not is_timed) as undated_count,
        max(watched_days) as watched_days
    from sliced
    group by step, slice_name, slice_value

),

lags as (

    select
        step,
        slice_name,
        slice_value,
        min(case when lag_rate >= 0.5 then waited_days end) as lag_p50_days,
        min(case when lag_rate >= 0.9 then waited_days end) as lag_p90_days
    from curves
    group by step, slice_name, slice_value

),

measured as (

    select
        counts.*,
        lags.lag_p50_days,
        lags.lag_p90_days,
        max(case when counts.slice_name = 'all' then lags.lag_p90_days end) over (
            partition by counts.step
        ) as company_lag_p90_days
    from counts
    left join lags
        on
            counts.step = lags.step
            and counts.slice_name = lags.slice_name
            and counts.slice_value = lags.slice_value

),

int_conversion_totals_counted as (

    select
        step,
        slice_name,
        slice_value,
        entered_count,
        year_entered_count,
        converted_count,
        lost_count,
        open_count,
        undated_count,
        cast(converted_count * 1e0 / entered_count as decimal(9, 6)) as raw_rate,
        lag_p50_days,
        lag_p90_days,
        watched_days,
        -- A curve cut short has its own p90 just before its end: so twice that is asked for, and
        -- twice the company's.
        coalesce(
            watched_days >= 2 * greatest(lag_p90_days, company_lag_p90_days),
            false
        ) as is_plateau_trusted
    from measured

)

select * from int_conversion_totals_counted
