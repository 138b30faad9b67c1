{# Grain: one row per opportunity, as of the cutoff. With its journey, funnel, first channel,
   segment and type of revenue. #}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

journey_assignments as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

revisions as (select * from {{ ref('int_opportunity_revisions_measured') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

opportunity_wins as (

    -- The stage that the win entered decides: the first win makes the customer.
    select
        lifecycle.opportunity_key,
        max(
            case stages.entered_by
                when 'opportunity_won' then 'new'
                when 'renewal_won' then 'renewal'
                when 'expansion_won' then 'expansion'
            end
        ) as revenue_type,
        sum(lifecycle.amount) as amount
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null
    group by lifecycle.opportunity_key

),

dim_opportunities as (

    select
        opportunities.opportunity_key,
        journey_assignments.journey_key,
        journeys.person_key,
        opportunities.account_key,
        opportunities.owner_key,
        opportunities.system,
        coalesce(journeys.funnel, accounts.funnel, 'unknown') as funnel,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        coalesce(opportunity_wins.revenue_type, opportunities.opportunity_type) as revenue_type,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.outcome,
        opportunities.lost_reason,
        journey_assignments.assigned_by,
        opportunities.currency,
        {{ in_reporting_currency('opportunities.amount', 'rates.rate') }} as amount,
        cast(coalesce(opportunity_wins.amount, 0) as decimal(18, 2)) as won_amount,
        {{ days_between('opportunities.created_at', 'opportunities.closed_at') }} as cycle_days,
        revisions.push_count,
        revisions.pushed_days,
        opportunities.has_person,
        opportunities.created_at,
        opportunities.closed_at,
        revisions.restated_win_at,
        revisions.first_expected_close_date,
        revisions.expected_close_date
    from opportunities
    inner join journey_assignments
        on opportunities.opportunity_key = journey_assignments.opportunity_key
    left join revisions on opportunities.opportunity_key = revisions.opportunity_key
    left join opportunity_wins
        on opportunities.opportunity_key = opportunity_wins.opportunity_key
    left join journeys on journey_assignments.journey_key = journeys.journey_key
    left join accounts on opportunities.account_key = accounts.account_key
    left join rates
        on {{ rate_applies(
            'rates',
            'opportunities.currency',
            'coalesce(opportunities.closed_at, opportunities.created_at)'
        ) }}

)

select * from dim_opportunities
