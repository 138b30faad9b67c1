{# Grain: one row a deal: the one journey that it belongs to, and how that was decided. #}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

new_assigned as (select * from {{ ref('int_new_opportunities_assigned') }}),

later_assigned as (

    -- Renewals and expansions follow the journey that made the account a customer, the last one
    -- before them.
    select
        opportunities.opportunity_key,
        {{ last_by(
            'new_assigned.journey_key',
            'row(new_assigned.closed_at, new_assigned.opportunity_key)'
        ) }} as journey_key
    from opportunities
    inner join new_assigned
        on
            opportunities.account_key = new_assigned.account_key
            and new_assigned.outcome = 'won'
            and opportunities.created_at >= new_assigned.closed_at
    where opportunities.opportunity_type != 'new'
    group by opportunities.opportunity_key

),

int_opportunity_journeys_assigned as (

    select
        opportunities.opportunity_key,
        coalesce(
            new_assigned.journey_key,
            later_assigned.journey_key,
            {{ key_of(["'opportunity'", 'opportunities.opportunity_key']) }}
        ) as journey_key,
        coalesce(
            new_assigned.assigned_by,
            case
                when later_assigned.journey_key is not null then 'journey that won the account'
                else 'journey of its own'
            end
        ) as assigned_by
    from opportunities
    left join new_assigned on opportunities.opportunity_key = new_assigned.opportunity_key
    left join later_assigned on opportunities.opportunity_key = later_assigned.opportunity_key

)

select * from int_opportunity_journeys_assigned
