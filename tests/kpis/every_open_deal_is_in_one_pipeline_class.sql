-- The pipeline at the end of the last period of each kind holds every open deal once, in one class.
with

last_periods as (

    select
        period_kind,
        max(period_start) as period_start
    from {{ ref('int_reporting_periods_listed') }}
    group by period_kind

),

told as (

    select
        pipeline.period_kind,
        sum(pipeline.open_count) as open_count,
        sum(case when pipeline.pipeline_class is null then 1 else 0 end) as unclassed_count
    from {{ ref('kpi_pipeline') }} as pipeline
    inner join last_periods
        on
            pipeline.period_kind = last_periods.period_kind
            and pipeline.period_start = last_periods.period_start
    group by pipeline.period_kind

),

open_deals as (

    select count(*) as open_count
    from {{ ref('dim_opportunities') }}
    where outcome = 'open'

)

select
    last_periods.period_kind,
    told.open_count,
    open_deals.open_count as true_count
from last_periods
cross join open_deals
left join told on last_periods.period_kind = told.period_kind
where
    coalesce(told.open_count, 0) != open_deals.open_count
    or coalesce(told.unclassed_count, 0) != 0
