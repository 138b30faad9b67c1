-- Law 5: every deal that its CRM calls won stands in the fact once, with the CRM's amount at the
-- day's rate; no other does.
with

won as (

    select
        opportunities.opportunity_key,
        opportunities.amount
    from {{ ref('dim_opportunities') }} as opportunities
    inner join {{ ref('int_opportunities_unioned') }} as landed
        on opportunities.opportunity_key = landed.opportunity_key
    where landed.is_won and landed.reason_code is null

),

told as (

    select
        opportunity_key,
        count(*) as told_count,
        sum(amount) as amount
    from {{ ref('fct_lifecycle') }}
    where
        stage in ('customer', 'retained', 'expanded')
        and opportunity_key is not null
    group by opportunity_key

)

select
    coalesce(won.opportunity_key, told.opportunity_key) as opportunity_key,
    won.amount as crm_amount,
    told.amount as told_amount,
    told.told_count
from won
full outer join told on won.opportunity_key = told.opportunity_key
where
    won.opportunity_key is null
    or told.opportunity_key is null
    or told.told_count != 1
    or coalesce(won.amount, -1) != coalesce(told.amount, -1)
