{# Grain: one row a scenario, funnel and period: what the target still takes in leads, and
   whether it can be. #}
with

sums as (

    select
        *,
        target_value - won_value - open_value as gap_value
    from {{ ref('int_plan_sums_aggregated') }}

),

periods as (select * from {{ ref('int_plan_periods_listed') }}),

limits as (select * from {{ ref('int_plan_limits_estimated') }}),

scenarios as (select distinct scenario from {{ ref('int_plan_scenario_effects_estimated') }}),

solved as (

    -- Leads a week, the same in every week of an even shape, from the cutoff to the period's end.
    select
        *,
        case when lead_value > 0 then greatest(gap_value / lead_value, 0) end as needed_leads,
        coalesce({{ weekly_leads_for(-1 * plan_quantile(80)) }}, 0 * nullif(lead_value, 0))
            as low_80_leads,
        {{ weekly_leads_for(plan_quantile(80)) }} as high_80_leads,
        coalesce({{ weekly_leads_for(-1 * plan_quantile(95)) }}, 0 * nullif(lead_value, 0))
            as low_95_leads,
        {{ weekly_leads_for(plan_quantile(95)) }} as high_95_leads,
        {{ weekly_leads_for(plan_quantile('above_80'), is_chance=true) }} as safe_leads
    from sums

),

limited as (

    select
        solved.*,
        limits.today_weekly_leads,
        limits.most_weekly_leads,
        limits.half_paid_days
    from solved
    inner join limits on solved.funnel = limits.funnel

),

ventured as (

    select
        *,
        won_value + open_value + today_weekly_leads * lead_value as today_value,
        won_value + open_value + most_weekly_leads * lead_value as most_value,
        sqrt({{ revenue_variance('today_weekly_leads') }}) as today_deviation
    from limited

),

plan_targets as (

    select
        scenarios.scenario,
        periods.funnel,
        periods.period,
        periods.target_month,
        case
            when not periods.has_target then 'no target'
            when periods.new_amount = 0 then 'target is zero'
            when ventured.funnel is null then 'no history'
            when ventured.lead_wins > 0 and coalesce(ventured.lead_value, 0) = 0 then 'no price'
            when ventured.won_value >= ventured.target_value then 'won already'
            when ventured.gap_value <= 0 then 'open funnel is enough'
            when ventured.needed_leads <= ventured.most_weekly_leads then 'within reach'
            when
                ventured.most_value - ventured.won_value - ventured.open_value
                < 0.01 * ventured.gap_value then 'too late for leads'
            when ventured.most_weekly_leads > 0 then 'out of reach'
            else 'no leads'
        end as outcome,
        periods.target_amount,
        periods.new_amount,
        periods.won_amount,
        {{ as_amount('ventured.open_value') }} as open_amount,
        {{ as_amount('(ventured.gap_value + abs(ventured.gap_value)) / 2') }} as needed_amount,
        {{ as_amount('ventured.today_value') }} as today_amount,
        {{ amount_intervals('ventured.today_value', 'ventured.today_deviation') }},
        {{ as_amount('ventured.most_value') }} as most_amount,
        {{ as_amount(
            'greatest(ventured.target_value, ventured.most_value) - ventured.most_value'
        ) }} as missed_amount,
        {{ as_double('ventured.needed_leads') }} as weekly_leads,
        {{ as_double('ventured.low_80_leads') }} as low_80_leads,
        {{ as_double('ventured.high_80_leads') }} as high_80_leads,
        {{ as_double('ventured.low_95_leads') }} as low_95_leads,
        {{ as_double('ventured.high_95_leads') }} as high_95_leads,
        {{ as_double('ventured.safe_leads') }} as safe_leads,
        {{ as_double('ventured.today_weekly_leads') }} as today_leads,
        {{ as_double('ventured.most_weekly_leads') }} as most_leads,
        {{ as_double('ventured.open_wins + ventured.needed_leads * ventured.lead_wins') }}
            as needed_wins,
        {{ chance_of(
            '(ventured.today_value - ventured.target_value) / nullif(ventured.today_deviation, 0)'
        ) }} as today_hit_rate,
        (ventured.target_value - ventured.won_value)
        / nullif(ventured.most_value - ventured.won_value, 0) as improvement_factor,
        {{ week_date(
            'cast(floor((ventured.before_day - ventured.half_paid_days) / 7.0) as bigint)'
        ) }} as last_lead_week
    from periods
    cross join scenarios
    left join ventured
        on
            periods.funnel = ventured.funnel
            and periods.period = ventured.period
            and scenarios.scenario = ventured.scenario

)

select * from plan_targets
