{# Grain: one row a step, slice and number of days after which anybody converted, left or was last
   seen: the share converted by then, estimated with those still open counted properly. #}
{%- set keys = ['step', 'slice_name', 'slice_value'] -%}
{%- set until_then -%}
over (partition by {{ keys | join(', ') }} order by waited_days rows unbounded preceding)
{%- endset -%}
{%- set whole_curve -%} over (partition by {{ keys | join(', ') }}) {%- endset -%}
{%- set waiting = 'waiting_before * converted_count / (at_risk_count * at_risk_count)' -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }} where is_timed),

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
        waited_days,
        count(*) filter (where result = 'converted') as converted_count,
        count(*) filter (where result in ('lost', 'returned')) as out_count,
        count(*) filter (where result = 'open') as open_count
    from sliced
    group by step, slice_name, slice_value, waited_days

),

{{ incidence(keys, 'waited_days') }},

hazards as (

    -- Greenwood's term of the waiting, and what the conversions of this day add of their own.
    select
        *,
        case
            when at_risk_count > left_count
                then left_count * 1e0 / (at_risk_count * (at_risk_count - left_count))
            else 0e0
        end as leaving,
        {{ waiting }} as converting
    from incidence

),

variances as (

    -- The delta method's variance (Marubini and Valsecchi), its squares multiplied out so that
    -- each sum runs once.
    select
        *,
        converted_rate * converted_rate * sum(leaving) {{ until_then }}
        - 2 * converted_rate * sum(converted_rate * leaving) {{ until_then }}
        + sum(converted_rate * converted_rate * leaving) {{ until_then }}
        + sum(converting * waiting_before * (at_risk_count - converted_count) / at_risk_count)
            {{ until_then }}
        - 2 * converted_rate * sum(converting) {{ until_then }}
        + 2 * sum(converted_rate * converting) {{ until_then }} as variance
    from hazards

),

spreads as (

    select
        *,
        case
            when converted_rate > 0 and converted_rate < 1
                then sqrt(greatest(variance, 0e0)) / (converted_rate * ln(converted_rate))
        end as spread
    from variances

),

conversion_curves as (

    select
        {{ keys | join(',\n        ') }},
        waited_days,
        cast(at_risk_count as bigint) as at_risk_count,
        converted_count,
        out_count,
        open_count,
        cast(sum(converted_count) {{ whole_curve }} as bigint) as slice_converted_count,
        cast(converted_rate as decimal(18, 12)) as converted_rate,
        cast(waiting_rate as decimal(18, 12)) as waiting_rate,
        cast(power(converted_rate, exp(-1.959964 * spread)) as decimal(18, 12)) as lower_rate,
        cast(power(converted_rate, exp(1.959964 * spread)) as decimal(18, 12)) as upper_rate,
        cast(
            converted_rate / nullif(max(converted_rate) {{ whole_curve }}, 0) as decimal(18, 12)
        ) as lag_rate,
        cast(
            (max(converted_rate) {{ whole_curve }} - converted_rate) / nullif(waiting_rate, 0)
            as decimal(18, 12)
        ) as chance_rate
    from spreads

)

select * from conversion_curves
