{# Grain: one row per month or quarter, funnel and stage with entries or a target: what happened at
   the stage, and what the journeys that entered it have led to so far. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (

    select
        *,
        max(case when planning_node = 'win' then stage_order end) over () as win_order,
        case entered_by
            when 'opportunity_won' then 'new'
            when 'expansion_won' then 'expansion'
            when 'renewal_won' then 'renewal'
        end as revenue_type
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

customers as (select * from {{ ref('int_customers_aggregated') }}),

targets as (

    select * from {{ ref('int_revenue_targets_aggregated') }} where period_kind != 'week'

),

company_churn as (

    select {{ ratio('sum(term_churn_count)', 'sum(term_month_count)') }} as churn_rate
    from customers

),

journey_bookings as (

    select
        journey_key,
        sum(case when revenue_type = 'new' then won_amount else 0 end) as new_amount,
        sum(case when revenue_type = 'expansion' then won_amount else 0 end) as expansion_amount,
        sum(case when revenue_type = 'renewal' then won_amount else 0 end) as renewal_amount
    from opportunities
    group by journey_key

),

journey_customers as (

    -- A customer who left and pays again has not churned.
    select
        customers.journey_key,
        1 as customer_count,
        case when customers.churn_count > 0 and customers.mrr_amount = 0 then 1 else 0 end
            as churned_customer_count,
        customers.mrr_amount,
        {{ ratio(
            'cast(customers.mrr_month_amount as decimal(22, 2)) * '
            ~ int_var('gross_margin_percent'),
            'customers.paying_month_count * 100 * company_churn.churn_rate',
            whole_digits=22
        ) }} as ltv_amount
    from customers
    cross join company_churn
    where customers.is_won

),

sources as (

    -- What a stage led to needs people, opportunities and recurring revenue.
    select
        period_kind,
        period_start,
        bool_or(is_recorded) as is_recorded,
        bool_or(is_silent) as is_silent,
        bool_and(is_complete) as is_complete
    from {{ ref('int_kpi_sources_evaluated') }}
    where metric in ('leads', 'bookings', 'mrr') and channel = 'all'
    group by period_kind, period_start

),

stage_entries as (

    select
        periods.period_kind,
        periods.period_start,
        lifecycle.journey_key,
        lifecycle.funnel,
        lifecycle.stage,
        lifecycle.outcome,
        lifecycle.stage_entry_number = 1 as is_first_entry,
        case when stages.stage_order >= stages.win_order then lifecycle.amount end as booked_amount
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    inner join periods on {{ falls_in('lifecycle.qualified_at', 'periods') }}

),

stage_amounts as (

    -- Later entries into a stage (a second renewal) are booked too, but the journey counts once.
    select
        period_kind,
        period_start,
        funnel,
        stage,
        booked_amount,
        cast(null as decimal(18, 2)) as target_amount
    from stage_entries
    union all
    select
        targets.period_kind,
        targets.period_start,
        targets.funnel,
        stages.stage,
        cast(null as decimal(18, 2)) as booked_amount,
        targets.target_amount
    from targets
    inner join stages on targets.revenue_type = stages.revenue_type

),

stage_totals as (

    select
        period_kind,
        period_start,
        funnel,
        stage,
        sum(booked_amount) as booked_amount,
        sum(target_amount) as target_amount
    from stage_amounts
    group by period_kind, period_start, funnel, stage

),

stage_results as (

    select
        stage_entries.period_kind,
        stage_entries.period_start,
        stage_entries.funnel,
        stage_entries.stage,
        count(*) as qualified_count,
        count(case when stage_entries.outcome = 'advanced' then 1 end) as advanced_count,
        count(case when stage_entries.outcome = 'returned' then 1 end) as moved_back_count,
        count(case when stage_entries.outcome = 'continued' then 1 end) as continued_count,
        count(case when stage_entries.outcome = 'exited' then 1 end) as exited_count,
        count(case when stage_entries.outcome = 'open' then 1 end) as open_count,
        sum(journey_customers.customer_count) as customer_count,
        sum(journey_customers.churned_customer_count) as churned_customer_count,
        sum(journey_bookings.new_amount) as new_amount,
        sum(journey_bookings.expansion_amount) as expansion_amount,
        sum(journey_bookings.renewal_amount) as renewal_amount,
        sum(journey_customers.mrr_amount) as mrr_amount,
        sum(journey_customers.ltv_amount) as ltv_amount
    from stage_entries
    left join journey_bookings on stage_entries.journey_key = journey_bookings.journey_key
    left join journey_customers on stage_entries.journey_key = journey_customers.journey_key
    where stage_entries.is_first_entry
    group by
        stage_entries.period_kind,
        stage_entries.period_start,
        stage_entries.funnel,
        stage_entries.stage

),

kpi_scorecard_by_period as (

    select
        stage_totals.period_kind,
        stage_totals.period_start,
        {{ period_name('stage_totals.period_kind', 'stage_totals.period_start') }}
            as period_name,
        stage_totals.funnel,
        stages.owner_team,
        stage_totals.stage,
        coalesce(stage_results.qualified_count, 0) as qualified_count,
        coalesce(stage_results.advanced_count, 0) as advanced_count,
        coalesce(stage_results.moved_back_count, 0) as moved_back_count,
        coalesce(stage_results.continued_count, 0) as continued_count,
        coalesce(stage_results.exited_count, 0) as exited_count,
        coalesce(stage_results.open_count, 0) as open_count,
        cast(coalesce(stage_results.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(stage_results.churned_customer_count, 0) as bigint) as churned_customer_count,
        cast(coalesce(stage_results.new_amount, 0) as decimal(18, 2)) as cohort_new_amount,
        cast(coalesce(stage_results.expansion_amount, 0) as decimal(18, 2))
            as cohort_expansion_amount,
        cast(coalesce(stage_results.renewal_amount, 0) as decimal(18, 2)) as cohort_renewal_amount,
        cast(coalesce(stage_results.mrr_amount, 0) as decimal(18, 2)) as mrr_amount,
        cast(coalesce(stage_results.ltv_amount, 0) as decimal(18, 2)) as ltv_amount,
        cast(coalesce(stage_totals.booked_amount, 0) as decimal(18, 2)) as booked_amount,
        cast(stage_totals.target_amount as decimal(18, 2)) as target_amount,
        {{ kpi_status('sources.is_recorded', 'sources.is_silent', 'sources.is_complete',
            'coalesce(stage_results.qualified_count, 0)') }} as status,
        stage_totals.period_kind = 'month' as is_additive
    from stage_totals
    inner join stages on stage_totals.stage = stages.stage
    -- Of periods that have begun alone.
    inner join sources
        on
            stage_totals.period_kind = sources.period_kind
            and stage_totals.period_start = sources.period_start
    left join stage_results
        on
            stage_totals.period_kind = stage_results.period_kind
            and stage_totals.period_start = stage_results.period_start
            and stage_totals.funnel = stage_results.funnel
            and stage_totals.stage = stage_results.stage

)

select * from kpi_scorecard_by_period
