with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

closed_opportunities as (

    select
        periods.period_kind,
        periods.period_start,
        sum(case when opportunities.outcome = 'won' then 1 else 0 end) as won_count,
        sum(case when opportunities.outcome = 'lost' then 1 else 0 end) as lost_count
    from {{ ref('dim_opportunities') }} as opportunities
    inner join periods
        on {{ falls_in('opportunities.closed_at', 'periods') }}
    where opportunities.outcome in ('won', 'lost')
    group by periods.period_kind, periods.period_start

),

sales_counts as (

    select
        period_kind,
        period_start,
        sum(won_count) as won_count,
        sum(lost_count) as lost_count,
        max(case when won_count + lost_count = 0 and win_rate is not null then 1 else 0 end)
            as is_wrong
    from {{ ref('kpi_sales_by_period') }}
    group by period_kind, period_start

)

select
    sales_counts.period_kind,
    sales_counts.period_start
from sales_counts
left join closed_opportunities
    on
        sales_counts.period_kind = closed_opportunities.period_kind
        and sales_counts.period_start = closed_opportunities.period_start
where
    sales_counts.won_count != coalesce(closed_opportunities.won_count, 0)
    or sales_counts.lost_count != coalesce(closed_opportunities.lost_count, 0)
    or sales_counts.is_wrong = 1
