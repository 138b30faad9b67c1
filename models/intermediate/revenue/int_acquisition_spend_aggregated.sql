{# Grain: one row a month in which people first came or money was spent, channel and segment. #}
{%- set cell = 'arrived.period_start, arrived.channel' -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind = 'month'),

journeys as (select * from {{ ref('fct_journeys') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

arrived as (

    select
        periods.period_start,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        count(*) as journey_count,
        count(case when journeys.has_lead then 1 end) as lead_count
    from journeys
    inner join periods
        on {{ falls_in('journeys.started_at') }}
    left join accounts on journeys.account_key = accounts.account_key
    group by
        periods.period_start,
        coalesce(journeys.first_channel, 'unknown'),
        {{ segment_of('accounts') }}

),

spent as (

    select
        periods.period_start,
        coalesce(spend.channel, 'unknown') as channel,
        sum({{ at_rate('spend.amount') }}) as amount
    from spend
    inner join periods
        on {{ falls_in('spend.spend_date') }}
    inner join rates
        on {{ rate_holds('spend.currency', 'spend.spend_date') }}
    group by
        periods.period_start, coalesce(spend.channel, 'unknown')

),

shared as (

    -- What a channel cost is shared by its segments as its people are; each has what the running
    -- total grows by, so that cents add up.
    select
        coalesce(arrived.period_start, spent.period_start) as period_start,
        coalesce(arrived.channel, spent.channel) as channel,
        coalesce(arrived.segment, 'unknown') as segment,
        coalesce(arrived.journey_count, 0) as journey_count,
        coalesce(arrived.lead_count, 0) as lead_count,
        coalesce(spent.amount, 0) as channel_amount,
        coalesce({{ ratio(
            'sum(arrived.journey_count) over (partition by ' ~ cell ~ ' order by arrived.segment)',
            'sum(arrived.journey_count) over (partition by ' ~ cell ~ ')'
        ) }}, 1) as share_so_far
    from arrived
    full outer join spent
        on
            arrived.period_start = spent.period_start
            and arrived.channel = spent.channel

),

int_acquisition_spend_aggregated as (

    select
        period_start as cohort_month,
        channel,
        segment,
        journey_count,
        lead_count,
        cast(
            round(channel_amount * share_so_far, 2) - coalesce(
                lag(round(channel_amount * share_so_far, 2)) over (
                    partition by period_start, channel order by segment
                ), 0
            ) as decimal(18, 2)
        ) as spend_amount,
        case
            when channel_amount = 0 then 'no recorded spend'
            when journey_count > 0 then 'spend and people'
            when coalesce(
                min(case when lead_count > 0 then period_start end) over (partition by channel)
                > period_start, true
            ) then 'spend before the first lead'
            else 'spend that brought nobody'
        end as status
    from shared

)

select * from int_acquisition_spend_aggregated
