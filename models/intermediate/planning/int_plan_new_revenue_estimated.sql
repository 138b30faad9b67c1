{# Grain: one row per scenario, funnel, period with a target (months, and all of them together) and
   sample. Revenue expected without new leads (from the open funnel and from bypasses to come), from
   bypasses alone and from one new lead per week, and the new leads per week that reach the target.
   #}
with

arrivals as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where node = 'win' and inflow != 'first_lead'

),

periods as (select * from {{ ref('int_plan_targets_listed') }} where has_target),

week_numbers as ({{ whole_numbers(0, int_var('planning_weeks')) }}),

month_weeks as (

    -- How many of each week's seven days are in the month.
    select
        periods.funnel,
        periods.period_start,
        weeks.number as week_number,
        least(7 * weeks.number + 7, periods.end_offset_days)
        - greatest(7 * weeks.number, periods.start_offset_days) as day_count
    from periods
    inner join week_numbers as weeks
        on
            7 * weeks.number + 7 > periods.start_offset_days
            and 7 * weeks.number < periods.end_offset_days
    where not periods.is_total

),

month_inflows as (

    select
        arrivals.scenario,
        arrivals.funnel,
        arrivals.inflow,
        arrivals.sample_number,
        months.period_start,
        false as is_total,
        {{ exact_sum('arrivals.entry_volume * months.day_count / 7.0', 12) }} as win_volume,
        {{ exact_sum('arrivals.expected_revenue * months.day_count / 7.0') }} as expected_revenue,
        {{ exact_sum('arrivals.luck_variance * months.day_count / 7.0', 4) }} as luck_variance
    from arrivals
    inner join month_weeks as months
        on arrivals.funnel = months.funnel and arrivals.week_number = months.week_number
    group by
        arrivals.scenario, arrivals.funnel, arrivals.inflow, arrivals.sample_number,
        months.period_start

),

period_inflows as (

    select * from month_inflows
    union all
    select
        scenario,
        funnel,
        inflow,
        sample_number,
        cast(null as date) as period_start,
        true as is_total,
        {{ exact_sum('win_volume', 12) }} as win_volume,
        {{ exact_sum('expected_revenue') }} as expected_revenue,
        {{ exact_sum('luck_variance', 4) }} as luck_variance
    from month_inflows
    group by scenario, funnel, inflow, sample_number

),

period_sums as (

    select
        scenario,
        funnel,
        period_start,
        is_total,
        sample_number,
        {{ exact_sum("case when inflow != 'new_leads' then win_volume else 0 end", 12) }}
            as other_wins,
        {{ exact_sum("case when inflow != 'new_leads' then expected_revenue else 0 end") }}
            as other_revenue,
        {{ exact_sum("case when inflow != 'new_leads' then luck_variance else 0 end", 4) }}
            as other_luck_variance,
        {{ exact_sum("case when inflow like 'bypass%' then win_volume else 0 end", 12) }}
            as bypass_wins,
        {{ exact_sum("case when inflow like 'bypass%' then expected_revenue else 0 end") }}
            as bypass_revenue,
        {{ exact_sum("case when inflow like 'bypass%' then luck_variance else 0 end", 4) }}
            as bypass_luck_variance,
        {{ exact_sum("case when inflow = 'new_leads' then win_volume else 0 end", 12) }}
            as lead_wins,
        {{ exact_sum("case when inflow = 'new_leads' then expected_revenue else 0 end") }}
            as lead_revenue,
        {{ exact_sum("case when inflow = 'new_leads' then luck_variance else 0 end", 4) }}
            as lead_luck_variance
    from period_inflows
    group by scenario, funnel, period_start, is_total, sample_number

),

int_plan_new_revenue_estimated as (

    select
        sums.*,
        case
            when sums.lead_revenue > 0
                then greatest((
                    {{ as_double('periods.new_target_amount - periods.won_amount') }}
                    - sums.other_revenue
                ) / sums.lead_revenue, 0)
        end as weekly_leads,
        cast(ceil(periods.end_offset_days / 7) as bigint) as week_count
    from period_sums as sums
    inner join periods
        on
            sums.funnel = periods.funnel
            and sums.period_start is not distinct from periods.period_start

)

select * from int_plan_new_revenue_estimated
