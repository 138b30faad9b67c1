{# Grain: one row a period's end, funnel, channel, segment, owner, business and stage of the
   pipeline. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

spells as (select * from {{ ref('int_pipeline_intervals_dated') }}),

deals as (select * from {{ ref('int_opportunities_described') }}),

kpi_pipeline as (

    select
        deals.owner_key,
        periods.period_kind,
        periods.period_start,
        deals.funnel,
        deals.channel,
        deals.segment,
        deals.business,
        spells.pipeline_class,
        spells.pipeline_stage_name,
        count(*) as open_count,
        cast(sum(spells.amount) as decimal(18, 2)) as open_amount
    from periods
    inner join spells
        on
            periods.ends_at > spells.starts_at
            and periods.ends_at <= spells.ends_at
    inner join deals on spells.opportunity_key = deals.opportunity_key
    group by
        deals.owner_key,
        periods.period_kind,
        periods.period_start,
        deals.funnel,
        deals.channel,
        deals.segment,
        deals.business,
        spells.pipeline_class,
        spells.pipeline_stage_name

)

select * from kpi_pipeline
