{# Grain: one row per funnel, lead group (`all` together too) and from_node. The conversion rate and
   wait of each transition of the plan, with intervals. #}
with

rates as (select * from {{ ref('int_plan_rates_estimated') }}),

trends as (select * from {{ ref('int_plan_rate_trends_estimated') }}),

plan_rates as (

    select
        rates.funnel,
        rates.lead_group,
        rates.is_total,
        rates.from_node,
        rates.advanced_count,
        rates.journey_count,
        rates.advance_rate,
        greatest(rates.advance_rate - {{ t_quantile(80) }} * rates.rate_deviation, 0)
            as low_80_rate,
        least(rates.advance_rate + {{ t_quantile(80) }} * rates.rate_deviation, 1)
            as high_80_rate,
        greatest(rates.advance_rate - {{ t_quantile(95) }} * rates.rate_deviation, 0)
            as low_95_rate,
        least(rates.advance_rate + {{ t_quantile(95) }} * rates.rate_deviation, 1)
            as high_95_rate,
        cast(rates.wait_days as decimal(18, 2)) as wait_days,
        cast(
            greatest(rates.wait_days - {{ t_quantile(80) }} * rates.wait_deviation, 0)
            as decimal(18, 2)
        ) as low_80_days,
        cast(rates.wait_days + {{ t_quantile(80) }} * rates.wait_deviation as decimal(18, 2))
            as high_80_days,
        coalesce(trends.yearly_trend, 0) as yearly_trend,
        coalesce(trends.level_shift, 0) as level_shift
    from rates
    left join trends on rates.funnel = trends.funnel and rates.from_node = trends.from_node

)

select * from plan_rates
