{# Grain: one row per step, slice and horizon (30, 60, 90, 180 days; null is without limit): the
   share that converts, estimated with open journeys counted for as long as they were observed. #}
{#- The share of conversions without a date up to which those with one stand for all. -#}
{%- set most_undated_rate = 0.05 -%}
{#- A curve cut short reaches its p90 just before its end, so it needs this many times the p90. -#}
{%- set p90s_until_plateau = 2 -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

curves as (select * from {{ ref('conversion_curves_by_slice') }}),

slices as (

    {{ slices() }}

),

horizons as (

    {%- for days in [30, 60, 90, 180] %}
    select cast({{ days }} as bigint) as horizon_days
    union all
    {%- endfor %}
    select cast(null as bigint) as horizon_days

),

sliced_steps as (

    select
        journey_steps.*,
        slices.slice_name,
        {{ slice_value('slices.slice_name', 'journey_steps') }} as slice_value
    from journey_steps
    cross join slices

),

slice_counts as (

    select
        step,
        slice_name,
        slice_value,
        count(*) as entered_count,
        count(*) filter (where entered_at >= {{ add_days(cutoff(), -365) }}) as year_entered_count,
        count(*) filter (where step_result = 'converted') as converted_count,
        count(*) filter (where step_result in ('lost', 'returned')) as lost_or_returned_count,
        count(*) filter (where step_result = 'open') as open_count,
        count(*) filter (where step_result = 'converted' and not has_all_dates) as undated_count,
        max(observed_days) as observed_days
    from sliced_steps
    group by step, slice_name, slice_value

),

slice_lags as (

    select
        step,
        slice_name,
        slice_value,
        min(case when conversion_lag_rate >= 0.5 then waited_days end) as conversion_lag_p50_days,
        min(case when conversion_lag_rate >= 0.9 then waited_days end) as conversion_lag_p90_days
    from curves
    group by step, slice_name, slice_value

),

slice_horizons as (

    select
        slice_counts.*,
        horizons.horizon_days,
        slice_lags.conversion_lag_p50_days,
        slice_lags.conversion_lag_p90_days,
        max(case
            when slice_counts.slice_name = 'all' then slice_lags.conversion_lag_p90_days
        end) over (
            partition by slice_counts.step
        ) as company_lag_p90_days,
        case
            when slice_counts.observed_days is null then 'undated'
            when
                slice_counts.undated_count
                > {{ most_undated_rate }} * slice_counts.converted_count
                then 'undated'
            when slice_counts.observed_days < horizons.horizon_days then 'too_young'
            else 'estimated'
        end as estimate_status
    from slice_counts
    left join slice_lags
        on
            slice_counts.step = slice_lags.step
            and slice_counts.slice_name = slice_lags.slice_name
            and slice_counts.slice_value = slice_lags.slice_value
    cross join horizons

),

-- The points of each curve up to the horizon, the last of which (number 1) holds the estimate.
horizon_curves as (

    select
        curves.*,
        horizons.horizon_days,
        row_number() over (
            partition by
                curves.step, curves.slice_name, curves.slice_value, horizons.horizon_days
            order by curves.waited_days desc
        ) as number_from_end
    from curves
    inner join horizons
        on horizons.horizon_days is null or curves.waited_days < horizons.horizon_days

),

conversion_estimates_by_slice as (

    select
        slice_horizons.step,
        slice_horizons.slice_name,
        slice_horizons.slice_value,
        slice_horizons.estimate_status,
        slice_horizons.horizon_days,
        slice_horizons.entered_count,
        slice_horizons.year_entered_count,
        slice_horizons.converted_count,
        slice_horizons.lost_or_returned_count,
        slice_horizons.open_count,
        slice_horizons.undated_count,
        cast(
            slice_horizons.converted_count * 1e0 / slice_horizons.entered_count as decimal(9, 6)
        ) as raw_rate,
        -- Before the first day of the curve nothing had converted.
        case
            when slice_horizons.estimate_status = 'estimated'
                then cast(coalesce(curve_ends.converted_rate, 0) as decimal(9, 6))
        end as estimated_rate,
        cast(curve_ends.lower_rate as decimal(9, 6)) as lower_rate,
        cast(curve_ends.upper_rate as decimal(9, 6)) as upper_rate,
        slice_horizons.conversion_lag_p50_days,
        slice_horizons.conversion_lag_p90_days,
        slice_horizons.observed_days,
        slice_horizons.entered_count >= {{ int_var('minimum_group_size') }}
        and coalesce(
            slice_horizons.observed_days >= {{ p90s_until_plateau }}
            * greatest(slice_horizons.conversion_lag_p90_days, slice_horizons.company_lag_p90_days),
            false
        ) as is_plateau_trusted,
        slice_horizons.slice_name = 'all' and slice_horizons.horizon_days is null as is_additive
    from slice_horizons
    left join horizon_curves as curve_ends
        on
            slice_horizons.step = curve_ends.step
            and slice_horizons.slice_name = curve_ends.slice_name
            and slice_horizons.slice_value = curve_ends.slice_value
            and coalesce(slice_horizons.horizon_days, -1) = coalesce(curve_ends.horizon_days, -1)
            and curve_ends.number_from_end = 1
            and slice_horizons.estimate_status = 'estimated'

)

select * from conversion_estimates_by_slice
