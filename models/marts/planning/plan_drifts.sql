{# Grain: one row a funnel and step: how its rate moves with time. #}
with

outcomes as (

    -- Where a few are expected, chance says more than the trend.
    select * from {{ ref('plan_outcomes') }} where expected_volume >= 5

),

levelled as (

    select
        *,
        sum(expected_volume * years) over (partition by funnel, step)
        / sum(expected_volume) over (partition by funnel, step) as mean_years,
        expected_volume * sum(advanced_count) over (partition by funnel, step)
        / sum(expected_volume) over (partition by funnel, step) as level_volume
    from outcomes

),

sloped as (

    select
        *,
        greatest(
            sum(level_volume * power(years - mean_years, 2)) over (partition by funnel, step),
            0.000001
        ) as spread,
        sum((advanced_count - level_volume) * (years - mean_years))
            over (partition by funnel, step)
        / greatest(
            sum(level_volume * power(years - mean_years, 2)) over (partition by funnel, step),
            0.000001
        ) as slope
    from levelled

),

fitted as (

    select
        *,
        greatest(level_volume * (1 + slope * (years - mean_years)), 1) as fitted_volume
    from sloped

),

judged as (

    -- How much more than by chance the four weeks stray from the trend.
    select
        funnel,
        step,
        max(mean_years) as mean_years,
        max(slope) as slope,
        max(spread) as spread,
        avg(level_volume) as mean_volume,
        count(*) - 2 as freedom,
        greatest(
            sum(power(advanced_count - fitted_volume, 2) / fitted_volume) / (count(*) - 2), 1
        ) as dispersion
    from fitted
    group by funnel, step
    having count(*) >= 4

),

believed as (

    -- Two beliefs, equally likely before the data: there is no trend, or one of the usual size.
    select
        *,
        dispersion / spread as slope_variance,
        power({{ decimal_var('planning_usual_drift') }}, 2) as usual_variance
    from judged

),

weighed as (

    select
        *,
        usual_variance / (usual_variance + slope_variance) as trust,
        sqrt(slope_variance / (usual_variance + slope_variance)) * exp(least(
            0.5 * slope * slope / slope_variance * usual_variance
            / (usual_variance + slope_variance), 50
        )) as odds
    from believed

),

plan_drifts as (

    select
        funnel,
        step,
        {{ settled('mean_years', 9) }} as mean_years,
        {{ settled('odds / (1 + odds) * trust * slope', 9) }} as yearly_drift,
        {{ settled(
            'odds / (1 + odds) * trust * slope_variance'
            ~ ' + odds / power(1 + odds, 2) * power(trust * slope, 2)', 9
        ) }} as drift_variance,
        {{ settled('greatest(dispersion - 1 - sqrt(2.0 / freedom), 0) / mean_volume', 9) }}
            as stray_variance
    from weighed

)

select * from plan_drifts
