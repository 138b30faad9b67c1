-- Every way of sharing hands out the fact's revenue, neither more nor less.
with

won as (

    select sum(amount) as amount
    from {{ ref('fct_lifecycle') }}
    where stage in ('customer', 'retained', 'expanded') and opportunity_key is not null

),

credited as (

    select
        attribution_model,
        sum(credited_amount) as amount
    from {{ ref('kpi_attribution') }}
    group by attribution_model

)

select
    credited.attribution_model,
    credited.amount,
    won.amount as won_amount
from credited
cross join won
where credited.amount != won.amount
