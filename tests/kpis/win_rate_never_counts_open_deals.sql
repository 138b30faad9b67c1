-- What a period's win rate divides by is the deals that closed in it: won and lost, each once.
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

closed as (

    select
        periods.period_kind,
        periods.period_start,
        sum(case when deals.outcome = 'won' then 1 else 0 end) as won_count,
        sum(case when deals.outcome = 'lost' then 1 else 0 end) as lost_count
    from {{ ref('dim_opportunities') }} as deals
    inner join periods
        on {{ falls_in('deals.closed_at') }}
    where deals.outcome in ('won', 'lost')
    group by periods.period_kind, periods.period_start

),

told as (

    select
        period_kind,
        period_start,
        sum(won_count) as won_count,
        sum(lost_count) as lost_count,
        max(case when won_count + lost_count = 0 and win_rate is not null then 1 else 0 end)
            as is_wrong
    from {{ ref('kpi_sales') }}
    group by period_kind, period_start

)

select
    told.period_kind,
    told.period_start
from told
left join closed
    on
        told.period_kind = closed.period_kind
        and told.period_start = closed.period_start
where
    told.won_count != coalesce(closed.won_count, 0)
    or told.lost_count != coalesce(closed.lost_count, 0)
    or told.is_wrong = 1
