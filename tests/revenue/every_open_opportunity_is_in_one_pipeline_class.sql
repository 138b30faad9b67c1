with

last_periods as (

    select
        period_kind,
        max(period_start) as period_start
    from {{ ref('int_reporting_periods_listed') }}
    where is_started
    group by period_kind

),

pipeline_counts as (

    select
        pipeline.period_kind,
        sum(pipeline.closing_count) as open_count,
        sum(case when pipeline.closing_pipeline_class is null then 1 else 0 end)
            as unclassified_count
    from {{ ref('fct_pipeline_waterfall_by_period') }} as pipeline
    inner join last_periods
        on
            pipeline.period_kind = last_periods.period_kind
            and pipeline.period_start = last_periods.period_start
    where pipeline.basis = 'all_open' and pipeline.closing_count > 0
    group by pipeline.period_kind

),

open_opportunities as (

    select count(*) as open_count
    from {{ ref('dim_opportunities') }}
    where outcome = 'open'

)

select
    last_periods.period_kind,
    pipeline_counts.open_count as pipeline_count,
    open_opportunities.open_count as opportunity_count
from last_periods
cross join open_opportunities
left join pipeline_counts on last_periods.period_kind = pipeline_counts.period_kind
where
    coalesce(pipeline_counts.open_count, 0) != open_opportunities.open_count
    or coalesce(pipeline_counts.unclassified_count, 0) != 0
