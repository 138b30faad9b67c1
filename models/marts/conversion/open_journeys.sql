{# Grain: one row a journey that is still open: where it waits, for how long against the limit, and
   what it is expected to bring from this stage and age on. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }} where is_current),

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

journey_steps as (

    select * from {{ ref('fct_journey_steps') }} where is_prize and result = 'open'

),

chances as (select * from {{ ref('int_conversion_chances_estimated') }}),

amounts as (select * from {{ ref('int_typical_amounts_estimated') }}),

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'open'),

accounts as (select * from {{ ref('dim_accounts') }}),

prizes as (

    select
        journey_steps.journey_key,
        journey_steps.stage,
        journey_steps.to_stage as prize_stage,
        chances.basis as chance_basis,
        amounts.basis as amount_basis,
        chances.chance_rate,
        amounts.typical_amount
    from journey_steps
    left join chances
        on
            journey_steps.step = chances.step
            and journey_steps.funnel = chances.funnel
            and journey_steps.waited_days = chances.waited_days
    left join amounts
        on journey_steps.to_stage = amounts.stage and journey_steps.funnel = amounts.funnel

),

deals as (

    select
        journey_key,
        count(*) as open_deal_count,
        cast(sum(amount) as decimal(18, 2)) as deal_amount
    from opportunities
    group by journey_key

),

waiting as (

    select
        lifecycle.*,
        {{ segment_of('accounts') }} as segment,
        prizes.prize_stage,
        prizes.chance_basis,
        case when deals.deal_amount is not null then 'deal' else prizes.amount_basis end
            as amount_basis,
        prizes.chance_rate,
        coalesce(deals.deal_amount, prizes.typical_amount) as prize_amount,
        coalesce(deals.open_deal_count, 0) as open_deal_count,
        {{ whole_days('lifecycle.entered_at', cutoff()) }} as waited_days,
        stages.time_limit_days
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    left join accounts on lifecycle.account_key = accounts.account_key
    left join deals on lifecycle.journey_key = deals.journey_key
    left join prizes
        on lifecycle.journey_key = prizes.journey_key and lifecycle.stage = prizes.stage

),

open_journeys as (

    select
        journey_key,
        person_key,
        account_key,
        owner_key,
        lifecycle_key,
        stage,
        owner_team,
        funnel,
        coalesce(first_channel, 'unknown') as channel,
        segment,
        prize_stage,
        chance_basis,
        amount_basis,
        waited_days,
        time_limit_days,
        open_deal_count,
        chance_rate,
        prize_amount,
        cast(chance_rate * cast(prize_amount as decimal(22, 2)) as decimal(18, 2))
            as expected_amount,
        coalesce(waited_days > time_limit_days, false) as is_past_limit,
        entered_at
    from waiting

)

select * from open_journeys
