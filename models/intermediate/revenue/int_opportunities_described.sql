{# Grain: one row a deal, with everything that money is told by. #}
with

deals as (select * from {{ ref('dim_opportunities') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

wins as (

    select
        opportunity_key,
        max(stage) as stage,
        sum(amount) as amount
    from lifecycle
    where stage in ('customer', 'retained', 'expanded') and opportunity_key is not null
    group by opportunity_key

),

int_opportunities_described as (

    select
        deals.opportunity_key,
        deals.journey_key,
        deals.account_key,
        journeys.person_key,
        deals.owner_key,
        coalesce(journeys.funnel, accounts.funnel, 'unknown') as funnel,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        -- What a win was is told by the fact: the first one makes the customer.
        case wins.stage
            when 'customer' then 'new'
            when 'retained' then 'renewal'
            when 'expanded' then 'expansion'
            else deals.opportunity_type
        end as business,
        deals.outcome,
        deals.lost_reason,
        deals.amount,
        cast(coalesce(wins.amount, 0) as decimal(18, 2)) as won_amount,
        {{ days_between('deals.created_at', 'deals.closed_at') }} as cycle_days,
        deals.created_at,
        deals.closed_at
    from deals
    left join wins on deals.opportunity_key = wins.opportunity_key
    left join journeys on deals.journey_key = journeys.journey_key
    left join accounts on deals.account_key = accounts.account_key

)

select * from int_opportunities_described
