{# Grain: one row a period, funnel, channel, segment, owner and business in which a deal was worked
   on. #}
{%- set grain = [
    'owner_key', 'period_kind', 'period_start', 'funnel', 'channel', 'segment', 'business'
] -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

deals as (select * from {{ ref('int_opportunities_described') }}),

spells as (select * from {{ ref('int_pipeline_intervals_dated') }}),

closed as (

    select
        periods.period_kind,
        periods.period_start,
        deals.opportunity_key,
        deals.outcome,
        deals.amount,
        deals.cycle_days
    from deals
    inner join periods
        on {{ falls_in('deals.closed_at') }}
    where deals.outcome != 'open'

),

worked as (

    select distinct
        periods.period_kind,
        periods.period_start,
        spells.opportunity_key
    from spells
    inner join periods
        on
            spells.starts_at < periods.ends_at
            and spells.ends_at > periods.starts_at

),

touched as (

    select
        coalesce(worked.period_kind, closed.period_kind) as period_kind,
        coalesce(worked.period_start, closed.period_start) as period_start,
        coalesce(worked.opportunity_key, closed.opportunity_key) as opportunity_key,
        closed.outcome,
        closed.amount,
        closed.cycle_days
    from worked
    full outer join closed
        on
            worked.period_kind = closed.period_kind
            and worked.period_start = closed.period_start
            and worked.opportunity_key = closed.opportunity_key

),

summed as (

    select
        deals.owner_key,
        touched.period_kind,
        touched.period_start,
        deals.funnel,
        deals.channel,
        deals.segment,
        deals.business,
        count(*) as worked_count,
        count(case when touched.outcome = 'won' then 1 end) as won_count,
        count(case when touched.outcome = 'lost' then 1 end) as lost_count,
        sum(case when touched.outcome = 'won' then touched.amount else 0 end) as won_amount,
        sum(case when touched.outcome = 'lost' then touched.amount else 0 end) as lost_amount,
        sum(case when touched.outcome = 'won' then touched.cycle_days else 0 end) as won_days
    from touched
    inner join deals on touched.opportunity_key = deals.opportunity_key
    group by
        deals.owner_key, touched.period_kind, touched.period_start,
        deals.funnel, deals.channel, deals.segment, deals.business

),

kpi_sales as (

    select
        {{ grain | join(',\n        ') }},
        worked_count,
        won_count,
        lost_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        cast(lost_amount as decimal(18, 2)) as lost_amount,
        cast(won_days as decimal(18, 2)) as won_days,
        {{ ratio('won_count', 'won_count + lost_count') }} as win_rate,
        -- Deals worked on, times the share won, times their value, over their length:
        -- worked x won / closed x won_amount / won / (won_days / won).
        {{ ratio('worked_count * won_count * won_amount', '(won_count + lost_count) * won_days') }}
            as velocity_amount,
        case
            when won_count + lost_count = 0 then 'no deal closed'
            when won_count = 0 then 'no deal won'
            when won_days = 0 then 'won on the day they were made'
        end as empty_reason
    from summed

)

select * from kpi_sales
