with

wins as (

    select sum(lifecycle.amount) as amount
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null

),

credits as (

    select
        attribution_model,
        sum(credited_amount) as amount
    from {{ ref('kpi_attribution_by_model') }}
    group by attribution_model

)

select
    credits.attribution_model,
    credits.amount as credited_amount,
    wins.amount as won_amount
from credits
cross join wins
where credits.amount != wins.amount
