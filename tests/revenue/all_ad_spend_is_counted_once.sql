with

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

spend as (

    select sum({{ in_reporting_currency('ad_spend.amount', 'rates.rate') }}) as amount
    from {{ ref('int_ad_spend_unioned') }} as ad_spend
    inner join rates
        on {{ rate_applies('rates', 'ad_spend.currency', 'ad_spend.spend_date') }}

),

journeys as (select count(started_at) as journey_count from {{ ref('fct_journeys') }}),

cohorts as (

    select
        coalesce(sum(spend_amount), 0) as amount,
        coalesce(sum(journey_count), 0) as journey_count
    from {{ ref('int_spend_cohorts_aggregated') }}

)

select
    spend.amount as spend_amount,
    cohorts.amount as cohort_amount,
    journeys.journey_count,
    cohorts.journey_count as cohort_journey_count
from spend
cross join journeys
cross join cohorts
where
    coalesce(spend.amount, 0) != cohorts.amount
    or journeys.journey_count != cohorts.journey_count
