{# Grain: one row a funnel and period: each month to come, and `all` of those that have a target.
   #}
with

targets as (select * from {{ ref('targets') }}),

funnels as (select * from {{ ref('funnels') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

months as (

    {{ month_spine(cutoff(), add_days(cutoff(), '7 * ' ~ int_var('planning_weeks'))) }}

),

planned as (

    select funnel from funnels
    union
    select funnel from targets

),

won as (

    select
        funnel,
        date_trunc('month', win_at) as month_start,
        sum(won_amount) as won_amount
    from journeys
    where win_at is not null
    group by funnel, date_trunc('month', win_at)

),

promised as (

    select
        planned.funnel,
        cast(months.month_start as date) as target_month,
        targets.target_amount,
        cast(targets.target_amount * targets.new_share as decimal(18, 2)) as new_amount,
        cast(targets.target_amount * targets.expansion_share as decimal(18, 2))
            as expansion_amount,
        cast(targets.target_amount * targets.renewal_share as decimal(18, 2)) as renewal_amount,
        cast(coalesce(won.won_amount, 0) as decimal(18, 2)) as won_amount,
        {{ as_double(days_from_cutoff('months.month_start')) }} as from_day,
        {{ as_double(days_from_cutoff('months.next_month_start')) }} as before_day,
        targets.funnel is not null as has_target,
        coalesce(
            targets.marketing_agreed_on <= {{ cutoff() }}
            and targets.sales_agreed_on <= {{ cutoff() }}
            and targets.account_services_agreed_on <= {{ cutoff() }}, false
        ) as is_agreed
    from planned
    cross join months
    left join targets
        on
            planned.funnel = targets.funnel
            and cast(months.month_start as date) = targets.target_month
    left join won
        on planned.funnel = won.funnel and months.month_start = won.month_start
    where
        months.next_month_start
        <= {{ add_days("date_trunc('day', " ~ cutoff() ~ ")", '7 * ' ~ int_var('planning_weeks')) }}

),

int_plan_periods_listed as (

    select
        funnel,
        {{ period_of('target_month') }} as period,
        target_month,
        target_amount,
        new_amount,
        expansion_amount,
        renewal_amount,
        won_amount,
        from_day,
        before_day,
        has_target,
        is_agreed
    from promised
    union all
    select
        funnel,
        'all' as period,
        cast(null as date) as target_month,
        {%- for amount in ['target', 'new', 'expansion', 'renewal', 'won'] %}
        cast(sum(case when has_target then {{ amount }}_amount end) as decimal(18, 2))
            as {{ amount }}_amount,
        {%- endfor %}
        min(case when has_target then from_day end) as from_day,
        max(case when has_target then before_day end) as before_day,
        bool_or(has_target) as has_target,
        bool_and(is_agreed or not has_target) as is_agreed
    from promised
    group by funnel

)

select * from int_plan_periods_listed
