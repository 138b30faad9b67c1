{# Grain: one row per scenario, funnel and period with a target (months, and all of them together).
   The new leads per week that the target takes, with intervals.

Revenue at a number of leads per week is won + other + leads x lead_revenue, where `other` comes of
the open funnel and of bypasses. Its variance is
other_variance + 2 x leads x covariance + leads^2 x lead_variance, plus luck_variance of both. #}
with

samples as (select * from {{ ref('int_plan_new_revenue_estimated') }}),

periods as (select * from {{ ref('int_plan_targets_listed') }} where has_target),

estimates as (

    select
        scenario,
        funnel,
        period_start,
        is_total,
        max(case when sample_number = 0 then other_wins end) as other_wins,
        max(case when sample_number = 0 then bypass_wins end) as bypass_wins,
        max(case when sample_number = 0 then lead_wins end) as lead_wins,
        max(case when sample_number = 0 then other_revenue end) as other_revenue,
        max(case when sample_number = 0 then bypass_revenue end) as bypass_revenue,
        sqrt(greatest(
            {{ sample_covariance('bypass_revenue', 'bypass_revenue', 3) }}
            + max(case when sample_number = 0 then bypass_luck_variance end), 0
        )) as bypass_deviation,
        max(case when sample_number = 0 then lead_revenue end) as lead_revenue,
        max(case when sample_number = 0 then other_luck_variance end) as other_luck_variance,
        max(case when sample_number = 0 then lead_luck_variance end) as lead_luck_variance,
        {{ sample_covariance('other_revenue', 'other_revenue', 3) }} as other_variance,
        {{ sample_covariance('lead_revenue', 'lead_revenue', 3) }} as lead_variance,
        {{ sample_covariance('other_revenue', 'lead_revenue', 3) }} as covariance
    from samples
    group by scenario, funnel, period_start, is_total

),

gaps as (

    select
        estimates.*,
        {{ as_double('periods.new_target_amount') }} as target_revenue,
        {{ as_double('periods.won_amount') }} as won_revenue,
        {{ as_double('periods.new_target_amount') }}
        - {{ as_double('periods.won_amount') }}
        - estimates.other_revenue as gap_revenue,
        periods.end_offset_days
    from estimates
    inner join periods
        on
            estimates.funnel = periods.funnel
            and estimates.period_start is not distinct from periods.period_start

),

bounds as (

    -- Standard deviations that revenue is above (or below) the target at the bound. Only the safe
    -- number of leads covers the luck of single wins too.
    select 'low_80' as bound, -{{ t_quantile(80) }} as deviations, false as has_luck
    union all
    select 'high_80' as bound, {{ t_quantile(80) }} as deviations, false as has_luck
    union all
    select 'low_95' as bound, -{{ t_quantile(95) }} as deviations, false as has_luck
    union all
    select 'high_95' as bound, {{ t_quantile(95) }} as deviations, false as has_luck
    union all
    select 'safe' as bound, {{ t_quantile('above_80') }} as deviations, true as has_luck

),

equations as (

    -- (leads x lead_revenue - gap)^2 = deviations^2 x variance(leads), by powers of leads.
    select
        gaps.scenario,
        gaps.funnel,
        gaps.period_start,
        bounds.bound,
        bounds.deviations,
        gaps.lead_revenue * gaps.lead_revenue
        - bounds.deviations * bounds.deviations * gaps.lead_variance as square_term,
        -2 * gaps.lead_revenue * gaps.gap_revenue
        - bounds.deviations * bounds.deviations * (
            2 * gaps.covariance + case when bounds.has_luck then gaps.lead_luck_variance else 0 end
        ) as linear_term,
        gaps.gap_revenue * gaps.gap_revenue
        - bounds.deviations * bounds.deviations * (
            gaps.other_variance + case when bounds.has_luck then gaps.other_luck_variance else 0 end
        ) as constant_term
    from gaps
    cross join bounds

),

roots as (

    -- Null where no number of leads is enough.
    select
        scenario,
        funnel,
        period_start,
        bound,
        case
            when
                square_term > 0
                and linear_term * linear_term >= 4 * square_term * constant_term
                then greatest((
                    -linear_term + sign(deviations) * sqrt(
                        linear_term * linear_term - 4 * square_term * constant_term
                    )
                ) / (2 * square_term), 0)
        end as weekly_leads
    from equations

),

lead_intervals as (

    select
        scenario,
        funnel,
        period_start,
        max(case when bound = 'low_80' then weekly_leads end) as low_80_weekly_leads,
        max(case when bound = 'high_80' then weekly_leads end) as high_80_weekly_leads,
        max(case when bound = 'low_95' then weekly_leads end) as low_95_weekly_leads,
        max(case when bound = 'high_95' then weekly_leads end) as high_95_weekly_leads,
        max(case when bound = 'safe' then weekly_leads end) as safe_leads
    from roots
    group by scenario, funnel, period_start

),

int_plan_required_leads_estimated as (

    select
        gaps.*,
        case when gaps.lead_revenue > 0 then greatest(gaps.gap_revenue / gaps.lead_revenue, 0) end
            as weekly_leads,
        case when gaps.lead_revenue != 0 then coalesce(intervals.low_80_weekly_leads, 0) end
            as low_80_weekly_leads,
        intervals.high_80_weekly_leads,
        case when gaps.lead_revenue != 0 then coalesce(intervals.low_95_weekly_leads, 0) end
            as low_95_weekly_leads,
        intervals.high_95_weekly_leads,
        intervals.safe_leads
    from gaps
    inner join lead_intervals as intervals
        on
            gaps.scenario = intervals.scenario
            and gaps.funnel = intervals.funnel
            and gaps.period_start is not distinct from intervals.period_start

)

select * from int_plan_required_leads_estimated
