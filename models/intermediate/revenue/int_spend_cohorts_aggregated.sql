{# Grain: one row per month in which journeys started or money was spent, first channel and segment.
   A month with costs alone has a row of an unknown channel.
   Ad spend and other costs next to the customers that the journeys of the same month became: cost
   and customers are matched by people, not by a shift in time. #}
with

months as (

    -- What is budgeted for a month to come is no cost yet.
    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind = 'month' and is_started

),

journeys as (select * from {{ ref('fct_journeys') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

month_costs as (

    select
        cost_month,
        sum(amount) as amount
    from {{ ref('acquisition_costs') }}
    group by cost_month

),

cohort_journeys as (

    select
        months.period_start as cohort_month,
        journeys.first_channel as channel,
        {{ segment_of('accounts') }} as segment,
        count(*) as journey_count,
        count(case when journeys.is_qualified_lead then 1 end) as lead_count
    from journeys
    inner join months
        on {{ falls_in('journeys.started_at', 'months') }}
    left join accounts on journeys.account_key = accounts.account_key
    group by months.period_start, journeys.first_channel, {{ segment_of('accounts') }}

),

channel_spend as (

    select
        months.period_start as cohort_month,
        coalesce(ad_spend.channel, 'unknown') as channel,
        sum({{ in_reporting_currency('ad_spend.amount', 'rates.rate') }}) as amount
    from ad_spend
    inner join months
        on {{ falls_in('ad_spend.spend_date', 'months') }}
    inner join rates
        on {{ rate_applies('rates', 'ad_spend.currency', 'ad_spend.spend_date') }}
    group by months.period_start, coalesce(ad_spend.channel, 'unknown')

),

journey_cohorts as (

    -- A channel's spend is divided among its segments in proportion to their journeys.
    select
        coalesce(cohort_journeys.cohort_month, channel_spend.cohort_month) as cohort_month,
        coalesce(cohort_journeys.channel, channel_spend.channel) as channel,
        coalesce(cohort_journeys.segment, 'unknown') as segment,
        coalesce(cohort_journeys.journey_count, 0) as journey_count,
        coalesce(cohort_journeys.lead_count, 0) as lead_count,
        coalesce(channel_spend.amount, 0) as channel_amount,
        coalesce({{ ratio(
            'sum(cohort_journeys.journey_count) over segments_so_far',
            'sum(cohort_journeys.journey_count) over all_segments'
        ) }}, 1) as share_so_far,
        coalesce({{ ratio(
            'sum(coalesce(cohort_journeys.journey_count, 0)) over month_so_far',
            'sum(coalesce(cohort_journeys.journey_count, 0)) over whole_month'
        ) }}, 1) as month_share_so_far
    from cohort_journeys
    full outer join channel_spend
        on
            cohort_journeys.cohort_month = channel_spend.cohort_month
            and cohort_journeys.channel = channel_spend.channel
    window
        all_segments as (partition by cohort_journeys.cohort_month, cohort_journeys.channel),
        segments_so_far as (
            partition by cohort_journeys.cohort_month, cohort_journeys.channel
            order by cohort_journeys.segment
        ),
        whole_month as (
            partition by coalesce(cohort_journeys.cohort_month, channel_spend.cohort_month)
        ),
        month_so_far as (
            partition by coalesce(cohort_journeys.cohort_month, channel_spend.cohort_month)
            order by
                coalesce(cohort_journeys.channel, channel_spend.channel),
                coalesce(cohort_journeys.segment, 'unknown')
        )

),

cohorts as (

    select * from journey_cohorts
    union all
    select
        month_costs.cost_month as cohort_month,
        'unknown' as channel,
        'unknown' as segment,
        0 as journey_count,
        0 as lead_count,
        0 as channel_amount,
        1 as share_so_far,
        1 as month_share_so_far
    from month_costs
    left join journey_cohorts on month_costs.cost_month = journey_cohorts.cohort_month
    where journey_cohorts.cohort_month is null

),

cohort_spend as (

    -- Each segment gets the increase of the rounded running total, so that cents add up. Costs that
    -- no ad platform knows are divided among all journeys of the month.
    select
        cohorts.*,
        cast(
            round(cohorts.channel_amount * cohorts.share_so_far, 2) - coalesce(
                lag(round(cohorts.channel_amount * cohorts.share_so_far, 2)) over (
                    partition by cohorts.cohort_month, cohorts.channel
                    order by cohorts.segment
                ), 0
            ) as decimal(18, 2)
        ) as spend_amount,
        cast(
            round(month_costs.amount * cohorts.month_share_so_far, 2) - coalesce(
                lag(round(month_costs.amount * cohorts.month_share_so_far, 2)) over (
                    partition by cohorts.cohort_month
                    order by cohorts.channel, cohorts.segment
                ), 0
            ) as decimal(18, 2)
        ) as other_cost_amount,
        min(case when cohorts.lead_count > 0 then cohorts.cohort_month end)
            over (partition by cohorts.channel)
            as first_lead_month
    from cohorts
    left join month_costs on cohorts.cohort_month = month_costs.cost_month

),

cohort_customers as (

    select
        cast({{ period_start('month', 'started_at') }} as date) as cohort_month,
        channel,
        segment,
        count(*) as customer_count,
        sum(paid_amount) as paid_amount,
        sum(mrr_month_amount) as mrr_month_amount,
        sum(paying_month_count) as paying_month_count,
        sum(term_count) as term_count,
        sum(term_month_count) as term_month_count,
        sum(term_churn_count) as term_churn_count
    from customers
    where is_won
    group by cast({{ period_start('month', 'started_at') }} as date), channel, segment

),

customer_waits as (

    -- Nine of ten customers were won within this many days of their first touch.
    select percentile_disc(0.9) within group (order by wait_days) as mature_days
    from customers

),

int_spend_cohorts_aggregated as (

    select
        cohort_spend.cohort_month,
        cohort_spend.channel,
        cohort_spend.segment,
        cohort_spend.journey_count,
        cohort_spend.lead_count,
        cohort_spend.spend_amount,
        cohort_spend.other_cost_amount,
        coalesce(cohort_customers.customer_count, 0) as customer_count,
        cast(coalesce(cohort_customers.paid_amount, 0) as decimal(18, 2)) as paid_amount,
        cast(coalesce(cohort_customers.mrr_month_amount, 0) as decimal(18, 2)) as mrr_month_amount,
        cast(coalesce(cohort_customers.paying_month_count, 0) as bigint) as paying_month_count,
        cast(coalesce(cohort_customers.term_count, 0) as bigint) as term_count,
        cast(coalesce(cohort_customers.term_month_count, 0) as bigint) as term_month_count,
        cast(coalesce(cohort_customers.term_churn_count, 0) as bigint) as term_churn_count,
        case
            when cohort_spend.channel_amount = 0 then 'no_spend_recorded'
            when cohort_spend.journey_count > 0 then 'spend_with_journeys'
            when coalesce(cohort_spend.first_lead_month > cohort_spend.cohort_month, true)
                then 'spend_before_first_lead'
            else 'spend_without_journeys'
        end as spend_status,
        coalesce(
            {{ days_between('months.ends_at', cutoff()) }} >= customer_waits.mature_days, false
        ) as is_mature
    from cohort_spend
    inner join months on cohort_spend.cohort_month = months.period_start
    cross join customer_waits
    left join cohort_customers
        on
            cohort_spend.cohort_month = cohort_customers.cohort_month
            and cohort_spend.channel = cohort_customers.channel
            and cohort_spend.segment = cohort_customers.segment

)

select * from int_spend_cohorts_aggregated
