{# Grain: one row per funnel and month ahead, and one per funnel for all months with a target
   (is_total). The revenue that the teams agreed to reach, and what is won from new customers. #}
with

targets as (

    -- Widened, so that no product of a target and a share overflows.
    select
        *,
        cast(target_amount as decimal(22, 2)) as widened_amount
    from {{ ref('targets') }}

),

funnels as (select * from {{ ref('funnels') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

months as (

    {{ month_spine(cutoff(), add_days(cutoff(), '7 * ' ~ int_var('planning_weeks'))) }}

),

planned_funnels as (

    select funnel from funnels
    union
    select funnel from targets

),

won_months as (

    select
        funnel,
        {{ period_start('month', 'win_at') }} as month_start,
        sum(won_amount) as won_amount
    from journeys
    where win_at is not null
    group by funnel, {{ period_start('month', 'win_at') }}

),

funnel_months as (

    select
        planned_funnels.funnel,
        cast(months.month_start as date) as period_start,
        targets.target_amount,
        cast(targets.widened_amount * targets.new_share as decimal(18, 2)) as new_target_amount,
        cast(targets.widened_amount * targets.expansion_share as decimal(18, 2))
            as expansion_target_amount,
        cast(targets.widened_amount * targets.renewal_share as decimal(18, 2))
            as renewal_target_amount,
        cast(coalesce(won_months.won_amount, 0) as decimal(18, 2)) as won_amount,
        {{ as_double(days_from_cutoff('months.month_start')) }} as start_offset_days,
        {{ as_double(days_from_cutoff('months.next_month_start')) }} as end_offset_days,
        targets.funnel is not null as has_target,
        coalesce(
            targets.marketing_agreed_on <= {{ cutoff() }}
            and targets.sales_agreed_on <= {{ cutoff() }}
            and targets.account_services_agreed_on <= {{ cutoff() }}, false
        ) as is_agreed
    from planned_funnels
    cross join months
    left join targets
        on
            planned_funnels.funnel = targets.funnel
            and cast(months.month_start as date) = targets.target_month
    left join won_months
        on
            planned_funnels.funnel = won_months.funnel
            and months.month_start = won_months.month_start
    where
        months.next_month_start
        <= {{ add_days(period_start('day', cutoff()), '7 * ' ~ int_var('planning_weeks')) }}

),

int_plan_targets_listed as (

    select
        funnel,
        period_start,
        false as is_total,
        target_amount,
        new_target_amount,
        expansion_target_amount,
        renewal_target_amount,
        won_amount,
        start_offset_days,
        end_offset_days,
        has_target,
        is_agreed
    from funnel_months
    union all
    select
        funnel,
        cast(null as date) as period_start,
        true as is_total,
        cast(sum(case when has_target then target_amount end) as decimal(18, 2)) as target_amount,
        cast(sum(case when has_target then new_target_amount end) as decimal(18, 2))
            as new_target_amount,
        cast(sum(case when has_target then expansion_target_amount end) as decimal(18, 2))
            as expansion_target_amount,
        cast(sum(case when has_target then renewal_target_amount end) as decimal(18, 2))
            as renewal_target_amount,
        cast(sum(case when has_target then won_amount end) as decimal(18, 2)) as won_amount,
        min(case when has_target then start_offset_days end) as start_offset_days,
        max(case when has_target then end_offset_days end) as end_offset_days,
        bool_or(has_target) as has_target,
        bool_and(is_agreed or not has_target) as is_agreed
    from funnel_months
    group by funnel

)

select * from int_plan_targets_listed
