{# Grain: one row a scenario, funnel and period: what the target still takes in leads, and whether it can be. #}
with

sums as (

    select
        *,
        target_value - won_value - open_value as gap_value
    from {{ ref('plan_sums') }}

),

periods as (select * from {{ ref('plan_periods') }}),

limits as (select * from {{ ref('plan_limits') }}),

scenarios as (select distinct scenario from {{ ref('plan_changes') }}),

solved as (

    -- Leads a week, the same in every week of an even shape, from the cutoff to the period's end.
    select
        *,
        case when lead_value > 0 then greatest(gap_value / lead_value, 0) end as needed_leads,
        coalesce({{ weekly_leads_for(-1 * plan_quantile(80)) }}, 0) as low_80_leads,
        {{ weekly_leads_for(plan_quantile(80)) }} as high_80_leads,
        coalesce({{ weekly_leads_for(-1 * plan_quantile(95)) }}, 0) as low_95_leads,
        {{ weekly_leads_for(plan_quantile(95)) }} as high_95_leads,
        {{ weekly_leads_for(plan_quantile('above_80'), is_chance=true) }} as safe_leads
    from sums

),

weighed as (

    select
        solved.*,
        limits.today_weekly_leads,
        limits.most_weekly_leads,
        limits.half_paid_days,
        {% for leads in ['today', 'most'] -%}
        won_value + open_value + limits.{{ leads }}_weekly_leads * lead_value as {{ leads }}_value,
        {% endfor -%}
        sqrt({{ revenue_variance('limits.today_weekly_leads') }}) as today_deviation
    from solved
    inner join limits on solved.funnel = limits.funnel

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
            when weighed.funnel is null then 'no history'
            when weighed.lead_value is null then 'no price'
            when weighed.won_value >= weighed.target_value then 'won already'
            when weighed.gap_value <= 0 then 'open funnel is enough'
            when weighed.needed_leads <= weighed.most_weekly_leads then 'within reach'
            when
                weighed.most_value - weighed.won_value - weighed.open_value
                < 0.01 * weighed.gap_value then 'too late for leads'
            when weighed.most_weekly_leads > 0 then 'out of reach'
            else 'no leads'
        end as outcome,
        periods.target_amount,
        periods.new_amount,
        periods.won_amount,
        {{ as_amount('weighed.open_value') }} as open_amount,
        {{ as_amount('case when weighed.gap_value > 0 then weighed.gap_value else 0 * weighed.gap_value end') }}
            as needed_amount,
        {{ as_amount('weighed.today_value') }} as today_amount,
        {{ as_amount('greatest(weighed.today_value - ' ~ plan_quantile(80) ~ ' * weighed.today_deviation, 0)') }}
            as low_80_amount,
        {{ as_amount('weighed.today_value + ' ~ plan_quantile(80) ~ ' * weighed.today_deviation') }}
            as high_80_amount,
        {{ as_amount('greatest(weighed.today_value - ' ~ plan_quantile(95) ~ ' * weighed.today_deviation, 0)') }}
            as low_95_amount,
        {{ as_amount('weighed.today_value + ' ~ plan_quantile(95) ~ ' * weighed.today_deviation') }}
            as high_95_amount,
        {{ as_amount('weighed.most_value') }} as most_amount,
        {{ as_amount(
            'case when weighed.most_value < weighed.target_value'
            ~ ' then weighed.target_value - weighed.most_value else 0 * weighed.most_value end'
        ) }} as missed_amount,
        {{ as_double('weighed.needed_leads') }} as weekly_leads,
        {{ as_double('weighed.low_80_leads') }} as low_80_leads,
        {{ as_double('weighed.high_80_leads') }} as high_80_leads,
        {{ as_double('weighed.low_95_leads') }} as low_95_leads,
        {{ as_double('weighed.high_95_leads') }} as high_95_leads,
        {{ as_double('weighed.safe_leads') }} as safe_leads,
        {{ as_double('weighed.today_weekly_leads') }} as today_leads,
        {{ as_double('weighed.most_weekly_leads') }} as most_leads,
        {{ as_double('weighed.open_wins + weighed.needed_leads * weighed.lead_wins') }}
            as needed_wins,
        {{ chance_of('(weighed.today_value - weighed.target_value) / nullif(weighed.today_deviation, 0)') }}
            as today_hit_rate,
        (weighed.target_value - weighed.won_value)
        / nullif(weighed.most_value - weighed.won_value, 0)
            as improvement_factor,
        {{ week_date('cast(floor((weighed.before_day - weighed.half_paid_days) / 7.0) as bigint)') }}
            as last_lead_week
    from periods
    cross join scenarios
    left join weighed
        on
            periods.funnel = weighed.funnel
            and periods.period = weighed.period
            and scenarios.scenario = weighed.scenario

)

select * from plan_targets
