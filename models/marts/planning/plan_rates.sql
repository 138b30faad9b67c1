{# Grain: one row a funnel, segment (`all` among them) and step: the rate, the wait and how sure
   they are. #}
with

waits as (select * from {{ ref('int_plan_life_tables_estimated') }}),

drifts as (select * from {{ ref('int_plan_rate_trends_combined') }}),

by_segment as (

    select
        funnel,
        segment,
        step,
        sample_number,
        sum(advanced_count) as advanced_count,
        sum(joined_count) as joined_count,
        {{ as_double('sum(joined_count)') }} as weight,
        least({{ exact_sum('advance_rate', 12) }}, 1) as rate,
        7 * {{ exact_sum('waited_weeks * advance_rate', 12) }} as waited_days
    from waits
    group by funnel, segment, step, sample_number

),

by_any as (

    select
        funnel,
        segment,
        step,
        sample_number,
        advanced_count,
        joined_count,
        rate,
        waited_days / nullif(rate, 0) as wait_days
    from by_segment
    union all
    select
        funnel,
        'all' as segment,
        step,
        sample_number,
        sum(advanced_count) as advanced_count,
        sum(joined_count) as joined_count,
        {{ exact_sum('weight * rate') }} / nullif(sum(weight), 0) as rate,
        {{ exact_sum('weight * waited_days') }} / nullif({{ exact_sum('weight * rate') }}, 0)
            as wait_days
    from by_segment
    group by funnel, step, sample_number

),

told as (

    select
        funnel,
        segment,
        step,
        max(case when sample_number = 0 then advanced_count end) as advanced_count,
        max(case when sample_number = 0 then joined_count end) as journey_count,
        max(case when sample_number = 0 then rate end) as rate,
        max(case when sample_number = 0 then wait_days end) as wait_days,
        {{ spread_of('rate', 9) }} as rate_deviation,
        {{ spread_of('wait_days') }} as wait_deviation
    from by_any
    group by funnel, segment, step

),

plan_rates as (

    select
        told.funnel,
        told.segment,
        told.step,
        cast(told.advanced_count as bigint) as advanced_count,
        cast(told.journey_count as bigint) as journey_count,
        told.rate as advance_rate,
        greatest(told.rate - {{ plan_quantile(80) }} * told.rate_deviation, 0) as low_80_rate,
        least(told.rate + {{ plan_quantile(80) }} * told.rate_deviation, 1) as high_80_rate,
        greatest(told.rate - {{ plan_quantile(95) }} * told.rate_deviation, 0) as low_95_rate,
        least(told.rate + {{ plan_quantile(95) }} * told.rate_deviation, 1) as high_95_rate,
        cast(told.wait_days as decimal(18, 2)) as wait_days,
        cast(
            greatest(told.wait_days - {{ plan_quantile(80) }} * told.wait_deviation, 0) as decimal(
                18, 2
            )
        )
            as low_80_days,
        cast(told.wait_days + {{ plan_quantile(80) }} * told.wait_deviation as decimal(18, 2))
            as high_80_days,
        coalesce(drifts.yearly_drift, 0) as yearly_drift,
        coalesce(drifts.level_shift, 0) as level_shift
    from told
    left join drifts on {{ same('told', 'drifts', ['funnel', 'step']) }}

)

select * from plan_rates
