with

wins as (

    select
        count(*) as win_count,
        count(case when closed_at is null then 1 end) as undated_count
    from {{ ref('dim_opportunities') }}
    where outcome = 'won'

),

sales as (

    select
        period_kind,
        sum(won_count) as win_count
    from {{ ref('kpi_sales_by_period') }}
    group by period_kind

),

kinds as (

    select distinct period_kind
    from {{ ref('int_reporting_periods_listed') }}

)

select
    kinds.period_kind,
    wins.win_count,
    wins.undated_count,
    coalesce(sales.win_count, 0) as counted_win_count
from kinds
cross join wins
left join sales on kinds.period_kind = sales.period_kind
where coalesce(sales.win_count, 0) + wins.undated_count != wins.win_count
