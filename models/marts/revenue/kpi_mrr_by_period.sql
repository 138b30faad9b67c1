{# Grain: one row per month or quarter, funnel, channel and segment with recurring revenue at the
   start or the end, or a year before the end. #}
with

mrr_periods as (select * from {{ ref('int_account_mrr_periods_aggregated') }}),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'nrr' and channel = 'all'

),

mrr_sums as (

    select
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        cast(sum(opening_customer_count) as bigint) as opening_customer_count,
        cast(sum(churned_customer_count) as bigint) as churned_customer_count,
        cast(sum(closing_customer_count) as bigint) as closing_customer_count,
        cast(sum(opening_amount) as decimal(18, 2)) as opening_amount,
        cast(sum(new_amount) as decimal(18, 2)) as new_amount,
        cast(sum(reactivation_amount) as decimal(18, 2)) as reactivation_amount,
        cast(sum(expansion_amount) as decimal(18, 2)) as expansion_amount,
        cast(sum(contraction_amount) as decimal(18, 2)) as contraction_amount,
        cast(sum(churn_amount) as decimal(18, 2)) as churn_amount,
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount,
        cast(sum(year_opening_customer_count) as bigint) as year_opening_customer_count,
        cast(sum(year_churned_customer_count) as bigint) as year_churned_customer_count,
        cast(sum(year_opening_amount) as decimal(18, 2)) as year_opening_amount,
        cast(sum(year_net_amount) as decimal(18, 2)) as year_net_amount,
        cast(sum(year_gross_amount) as decimal(18, 2)) as year_gross_amount
    from mrr_periods
    group by period_kind, period_start, funnel, channel, segment

),

mrr_statuses as (

    select
        mrr_sums.*,
        {{ kpi_status(
            'sources.is_recorded', 'sources.is_silent', 'sources.is_complete',
            'mrr_sums.opening_customer_count'
        ) }} as status
    from mrr_sums
    inner join sources
        on
            mrr_sums.period_kind = sources.period_kind
            and mrr_sums.period_start = sources.period_start

),

kpi_mrr_by_period as (

    select
        *,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        {{ ratio('year_net_amount', 'year_opening_amount') }} as net_retention_ratio,
        {{ ratio('year_gross_amount', 'year_opening_amount') }} as gross_retention_rate,
        {{ ratio('year_churned_customer_count', 'year_opening_customer_count') }}
            as logo_churn_rate,
        {{ ratio(
            'opening_amount + expansion_amount - contraction_amount - churn_amount',
            'opening_amount'
        ) }} as period_net_retention_ratio,
        {{ ratio('opening_amount - contraction_amount - churn_amount', 'opening_amount') }}
            as period_gross_retention_rate,
        {{ ratio('churned_customer_count', 'opening_customer_count') }} as period_logo_churn_rate,
        {{ ratio('new_amount + expansion_amount', 'contraction_amount + churn_amount') }}
            as quick_ratio,
        case
            when opening_amount = 0 then 'no_opening_mrr'
            when contraction_amount + churn_amount = 0 then 'nothing_lost'
        end as empty_reason,
        period_kind = 'month' as is_additive
    from mrr_statuses

)

select * from kpi_mrr_by_period
