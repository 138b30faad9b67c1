{# Grain: one row each time a deal moves its journey: created, reopened, won, or lost with
   nothing else to hold it. #}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

assigned as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

exits as (select * from {{ ref('int_exits_unioned') }} where opportunity_key is not null),

stages as (select * from {{ ref('int_opportunity_stages_unioned') }}),

moves as (

    select
        opportunity_key,
        stage,
        entered_at,
        lag(stage) over (
            partition by opportunity_key order by entered_at, source_key
        ) as previous_stage
    from stages
    where stage is not null

),

first_wins as (

    select
        assigned.journey_key,
        {{ first_by(
            'opportunities.opportunity_key',
            'row(opportunities.closed_at, opportunities.opportunity_key)'
        ) }} as opportunity_key
    from opportunities
    inner join assigned on opportunities.opportunity_key = assigned.opportunity_key
    where opportunities.outcome = 'won'
    group by assigned.journey_key

),

won_stages as (

    -- What makes a journey's account a customer is its first win, whatever the deal calls itself;
    -- each later win is a renewal or more business.
    select
        opportunities.opportunity_key,
        case
            when first_wins.opportunity_key is not null then 'customer'
            when opportunities.opportunity_type = 'renewal' then 'retained'
            else 'expanded'
        end as stage
    from opportunities
    left join first_wins on opportunities.opportunity_key = first_wins.opportunity_key
    where opportunities.outcome = 'won'

),

int_opportunity_events_dated as (

    select
        opportunity_key,
        'opportunity' as stage,
        created_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as exit_reason
    from opportunities
    where opportunity_type = 'new'
    union all
    select
        opportunity_key,
        'opportunity' as stage,
        entered_at as occurred_at,
        null as exit_reason
    from moves
    where stage = 'opportunity' and previous_stage = 'lost'
    union all
    select
        won_stages.opportunity_key,
        won_stages.stage,
        opportunities.closed_at as occurred_at,
        null as exit_reason
    from won_stages
    inner join opportunities on won_stages.opportunity_key = opportunities.opportunity_key
    union all
    select
        opportunity_key,
        exit_kind as stage,
        exited_at as occurred_at,
        exit_reason
    from exits

)

select * from int_opportunity_events_dated
