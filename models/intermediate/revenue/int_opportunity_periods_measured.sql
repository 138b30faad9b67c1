{# Grain: one row per week, month or quarter and opportunity that was open at some time of the
   period or closed in it. What happened to each opportunity in each period; the KPIs of sales and
   pipeline are sums of it. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

opportunities as (select * from {{ ref('dim_opportunities') }}),

intervals as (select * from {{ ref('int_pipeline_intervals_dated') }}),

open_opportunities as (

    -- What was open when the period ended: at most one interval of an opportunity lasts until then.
    select
        periods.period_kind,
        periods.period_start,
        intervals.opportunity_key,
        max(case when periods.ends_at <= intervals.ends_at then 1 else 0 end)
            as open_count,
        max(case when periods.ends_at <= intervals.ends_at then intervals.amount end)
            as open_amount,
        max(case when periods.ends_at <= intervals.ends_at then intervals.pipeline_class end)
            as pipeline_class,
        max(case when periods.ends_at <= intervals.ends_at then intervals.pipeline_stage_name end)
            as pipeline_stage_name
    from intervals
    inner join periods
        on
            intervals.starts_at < periods.ends_at
            and intervals.ends_at > periods.starts_at
    group by periods.period_kind, periods.period_start, intervals.opportunity_key

),

closed_opportunities as (

    select
        periods.period_kind,
        periods.period_start,
        opportunities.opportunity_key,
        opportunities.outcome
    from opportunities
    inner join periods
        on {{ falls_in('opportunities.closed_at', 'periods') }}
    where opportunities.outcome != 'open'

),

opportunity_periods as (

    select
        coalesce(open_opportunities.period_kind, closed_opportunities.period_kind) as period_kind,
        coalesce(open_opportunities.period_start, closed_opportunities.period_start)
            as period_start,
        coalesce(open_opportunities.opportunity_key, closed_opportunities.opportunity_key)
            as opportunity_key,
        closed_opportunities.outcome,
        open_opportunities.open_count,
        open_opportunities.open_amount,
        open_opportunities.pipeline_class,
        open_opportunities.pipeline_stage_name
    from open_opportunities
    full outer join closed_opportunities
        on
            open_opportunities.period_kind = closed_opportunities.period_kind
            and open_opportunities.period_start = closed_opportunities.period_start
            and open_opportunities.opportunity_key = closed_opportunities.opportunity_key

),

int_opportunity_periods_measured as (

    select
        opportunity_periods.opportunity_key,
        opportunities.owner_key,
        opportunity_periods.period_kind,
        opportunity_periods.period_start,
        opportunities.funnel,
        opportunities.channel,
        opportunities.segment,
        opportunities.revenue_type,
        opportunity_periods.pipeline_class,
        opportunity_periods.pipeline_stage_name,
        case when opportunity_periods.outcome = 'won' then 1 else 0 end as won_count,
        case when opportunity_periods.outcome = 'lost' then 1 else 0 end as lost_count,
        case when opportunity_periods.outcome = 'won' then opportunities.amount else 0 end
            as won_amount,
        case when opportunity_periods.outcome = 'lost' then opportunities.amount else 0 end
            as lost_amount,
        case when opportunity_periods.outcome = 'won' then opportunities.cycle_days else 0 end
            as won_days,
        coalesce(opportunity_periods.open_count, 0) as open_count,
        opportunity_periods.open_amount
    from opportunity_periods
    inner join opportunities
        on opportunity_periods.opportunity_key = opportunities.opportunity_key

)

select * from int_opportunity_periods_measured
