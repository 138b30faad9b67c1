{# Grain: one row per step, slice and number of days at which a journey converted, left or was last
   seen: the share converted by then, with open journeys counted for as long as they were observed.
   #}
{%- set keys = ['step', 'slice_name', 'slice_value'] -%}
{%- set until_then -%}
partition by {{ keys | join(', ') }} order by waited_days rows unbounded preceding
{%- endset -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }} where has_all_dates),

slices as (

    {{ slices() }}

),

sliced_steps as (

    select
        journey_steps.*,
        slices.slice_name,
        {{ slice_value('slices.slice_name', 'journey_steps') }} as slice_value
    from journey_steps
    cross join slices

),

day_counts as (

    select
        step,
        slice_name,
        slice_value,
        waited_days,
        count(*) filter (where step_result = 'converted') as converted_count,
        count(*) filter (where step_result in ('lost', 'returned')) as out_count,
        count(*) filter (where step_result = 'open') as open_count
    from sliced_steps
    group by step, slice_name, slice_value, waited_days

),

incidence as (

    {{ cumulative_incidence('day_counts', keys, 'waited_days') }}

),

variance_terms as (

    -- Greenwood's term of leaving, and the own contribution of the day's conversions.
    select
        *,
        case
            when waiting_count > left_count
                then left_count * 1e0 / (waiting_count * (waiting_count - left_count))
            else 0e0
        end as leaving,
        waiting_before_rate * converted_count / (waiting_count * waiting_count) as converting
    from incidence

),

variances as (

    -- The variance by the delta method (Marubini and Valsecchi), its squares multiplied out so that
    -- each sum runs once.
    select
        *,
        converted_rate * converted_rate * {{ exact_sum('leaving', 24, until_then) }}
        - 2 * converted_rate * {{ exact_sum('converted_rate * leaving', 24, until_then) }}
        + {{ exact_sum('converted_rate * converted_rate * leaving', 24, until_then) }}
        + {{ exact_sum(
            'converting * waiting_before_rate * (waiting_count - converted_count) / waiting_count',
            24, until_then
        ) }}
        - 2 * converted_rate * {{ exact_sum('converting', 24, until_then) }}
        + 2 * {{ exact_sum('converted_rate * converting', 24, until_then) }} as variance
    from variance_terms

),

curve_points as (

    -- The interval is taken on the log(-log) scale, which has no value where the share is 0 or 1. A
    -- share of 1 that is a sum of fractions may miss it in the last bit, hence the rounding.
    select
        *,
        max(converted_rate) over (partition by step, slice_name, slice_value) as final_rate,
        sum(converted_count) over (partition by step, slice_name, slice_value)
            as total_converted_count,
        case
            when converted_rate > 0 and {{ stable_double('converted_rate', 12) }} < 1
                then sqrt(greatest(variance, 0e0)) / (converted_rate * ln(converted_rate))
        end as log_spread
    from variances

),

conversion_curves_by_slice as (

    select
        step,
        slice_name,
        slice_value,
        waited_days,
        cast(waiting_count as bigint) as waiting_count,
        converted_count,
        out_count as lost_or_returned_count,
        open_count,
        cast(total_converted_count as bigint) as total_converted_count,
        cast(converted_rate as decimal(18, 12)) as converted_rate,
        cast(waiting_rate as decimal(18, 12)) as waiting_rate,
        cast(power(converted_rate, exp(-1.959964 * log_spread)) as decimal(18, 12)) as lower_rate,
        cast(power(converted_rate, exp(1.959964 * log_spread)) as decimal(18, 12)) as upper_rate,
        cast(converted_rate / nullif(final_rate, 0) as decimal(18, 12)) as conversion_lag_rate,
        cast((final_rate - converted_rate) / nullif(waiting_rate, 0) as decimal(18, 12))
            as probability_if_waiting,
        slice_name = 'all' as is_additive
    from curve_points

)

select * from conversion_curves_by_slice
