{# Grain: one row per week, month or quarter, funnel, channel, segment, owner, revenue type and
   pipeline stage with open opportunities when the period ended. #}
with

open_opportunities as (

    select * from {{ ref('int_opportunity_periods_measured') }}
    where open_count > 0

),

kpi_pipeline as (

    select
        owner_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        revenue_type,
        pipeline_class,
        pipeline_stage_name,
        count(*) as open_count,
        cast(sum(open_amount) as decimal(18, 2)) as open_amount
    from open_opportunities
    group by
        owner_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        revenue_type,
        pipeline_class,
        pipeline_stage_name

)

select * from kpi_pipeline
