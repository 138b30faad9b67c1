with

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

credits as (

    select
        opportunity_key,
        attribution_model,
        sum(credit_rate) as credit_rate,
        sum(credited_amount) as credited_amount,
        min(least(credit_rate, credited_amount)) as least_credit
    from {{ ref('kpi_attribution_by_model') }}
    group by opportunity_key, attribution_model

),

attribution_models as (select distinct attribution_model from credits)

select
    opportunities.opportunity_key,
    attribution_models.attribution_model,
    credits.credit_rate,
    credits.credited_amount,
    opportunities.won_amount
from opportunities
cross join attribution_models
left join credits
    on
        opportunities.opportunity_key = credits.opportunity_key
        and attribution_models.attribution_model = credits.attribution_model
where
    coalesce(credits.credit_rate, 0) != 1
    or coalesce(credits.credited_amount, -1) != opportunities.won_amount
    or (opportunities.won_amount >= 0 and credits.least_credit < 0)
