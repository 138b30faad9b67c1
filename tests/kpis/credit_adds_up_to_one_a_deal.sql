-- In every way of sharing, the shares of a won deal add up to one and to what it was won for, to
-- the cent, and no touch has less than nothing.
with

deals as (select * from {{ ref('int_opportunities_described') }} where outcome = 'won'),

credits as (

    select
        opportunity_key,
        attribution_model,
        sum(credit_rate) as credit_rate,
        sum(credited_amount) as credited_amount,
        min(least(credit_rate, credited_amount)) as least_credit
    from {{ ref('kpi_attribution') }}
    group by opportunity_key, attribution_model

),

models as (select distinct attribution_model from credits)

select
    deals.opportunity_key,
    models.attribution_model,
    credits.credit_rate,
    credits.credited_amount,
    deals.won_amount
from deals
cross join models
left join credits
    on
        deals.opportunity_key = credits.opportunity_key
        and models.attribution_model = credits.attribution_model
where
    coalesce(credits.credit_rate, 0) != 1
    or coalesce(credits.credited_amount, -1) != deals.won_amount
    or (deals.won_amount >= 0 and credits.least_credit < 0)
