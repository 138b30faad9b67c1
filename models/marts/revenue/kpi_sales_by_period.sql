{# Grain: one row per week, month or quarter, funnel, channel, segment, owner and revenue type with
   an opportunity that was open or closed in the period. #}
with

opportunity_periods as (

    select * from {{ ref('fct_pipeline_waterfall_by_period') }}
    where basis = 'all_open'

),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'win_rate' and channel = 'all'

),

sales_sums as (

    select
        owner_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        revenue_type,
        count(*) as open_in_period_count,
        cast(sum(won_count) as bigint) as won_count,
        cast(sum(lost_count) as bigint) as lost_count,
        sum(won_count * closed_amount) as won_amount,
        sum(lost_count * closed_amount) as lost_amount,
        sum(won_days) as won_days,
        cast(sum(case when won_days is null then 0 else won_count end) as bigint)
            as dated_won_count
    from opportunity_periods
    group by owner_key, period_kind, period_start, funnel, channel, segment, revenue_type

),

sales_statuses as (

    select
        sales_sums.*,
        {{ kpi_status(
            'sources.is_recorded', 'sources.is_silent', 'sources.is_complete',
            'sales_sums.won_count + sales_sums.lost_count'
        ) }} as status
    from sales_sums
    inner join sources
        on
            sales_sums.period_kind = sources.period_kind
            and sales_sums.period_start = sources.period_start

),

kpi_sales_by_period as (

    select
        owner_key,
        period_kind,
        period_start,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        funnel,
        channel,
        segment,
        revenue_type,
        open_in_period_count,
        won_count,
        lost_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        cast(lost_amount as decimal(18, 2)) as lost_amount,
        cast(won_days as decimal(18, 2)) as won_days,
        dated_won_count,
        {{ ratio('won_count', 'won_count + lost_count') }} as win_rate,
        case when won_count + lost_count = 0 then 'nothing_closed' end as empty_reason,
        status,
        period_kind = 'month' as is_additive
    from sales_statuses

)

select * from kpi_sales_by_period
