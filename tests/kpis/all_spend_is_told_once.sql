-- What the ad platforms cost is in the months' channels and segments, to the cent, whether or not
-- anybody came; and every person who came is there too.
with

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

spent as (

    select sum({{ at_rate('spend.amount') }}) as amount
    from {{ ref('int_ad_spend_unioned') }} as spend
    inner join rates on {{ rate_holds('spend.currency', 'spend.spend_date') }}

),

came as (select count(started_at) as journey_count from {{ ref('fct_journeys') }}),

told as (

    select
        coalesce(sum(spend_amount), 0) as amount,
        coalesce(sum(journey_count), 0) as journey_count
    from {{ ref('int_acquisition_cohorts_aggregated') }}

)

select
    spent.amount,
    told.amount as told_amount
from spent
cross join came
cross join told
where coalesce(spent.amount, 0) != told.amount or came.journey_count != told.journey_count
