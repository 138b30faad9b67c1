{# Grain: one row per journey that is still open: the stage it waits in, how long it has waited
   against the limit, and the revenue expected of it given its stage and age. A customer waits for
   the first renewal from the win on, whatever has happened since. #}
with

open_entries as (select * from {{ ref('fct_lifecycle') }} where is_current),

stages as (

    select
        *,
        stage_order > max(case when planning_node = 'win' then stage_order end) over ()
            as is_after_win,
        max(case when planning_node = 'win' then stage end) over () as win_stage
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

open_goal_steps as (

    select * from {{ ref('fct_journey_steps') }} where is_goal and step_result = 'open'

),

funnel_curves as (

    select * from {{ ref('conversion_curves_by_slice') }}
    where slice_name = 'funnel'

),

company_curves as (select * from {{ ref('conversion_curves_by_slice') }} where slice_name = 'all'),

typical_amounts as (select * from {{ ref('int_win_amounts_estimated') }}),

open_opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'open'),

accounts as (select * from {{ ref('dim_accounts') }}),

goal_probabilities as (

    -- A funnel with too few conversions takes the company's curve.
    select
        open_goal_steps.journey_key,
        open_goal_steps.from_stage,
        open_goal_steps.funnel,
        open_goal_steps.to_stage as goal_stage,
        case
            when funnel_curves.total_converted_count >= {{ int_var('minimum_group_size') }}
                then 'funnel'
            when funnel_curves.step is not null then 'company'
        end as probability_source,
        cast(
            case
                when funnel_curves.total_converted_count >= {{ int_var('minimum_group_size') }}
                    then funnel_curves.probability_if_waiting
                else company_curves.probability_if_waiting
            end
            as decimal(9, 6)
        ) as conversion_probability
    from open_goal_steps
    left join funnel_curves
        on
            open_goal_steps.step = funnel_curves.step
            and open_goal_steps.funnel = funnel_curves.slice_value
            and open_goal_steps.waited_days = funnel_curves.waited_days
    left join company_curves
        on
            open_goal_steps.step = company_curves.step
            and open_goal_steps.waited_days = company_curves.waited_days

),

opportunity_amounts as (

    select
        journey_key,
        count(*) as open_opportunity_count,
        cast(sum(amount) as decimal(18, 2)) as open_amount
    from open_opportunities
    group by journey_key

),

waiting_journeys as (

    select
        open_entries.*,
        {{ segment_of('accounts') }} as segment,
        goals.goal_stage,
        goals.probability_source,
        case
            when opportunity_amounts.open_amount is not null then 'opportunity'
            else typical_amounts.amount_source
        end as amount_source,
        {{ whole_days('open_entries.entered_at', cutoff()) }} as waited_days,
        stages.time_limit_days,
        coalesce(opportunity_amounts.open_opportunity_count, 0) as open_opportunity_count,
        goals.conversion_probability,
        coalesce(opportunity_amounts.open_amount, typical_amounts.average_goal_amount)
            as goal_amount
    from open_entries
    inner join stages on open_entries.stage = stages.stage
    left join accounts on open_entries.account_key = accounts.account_key
    left join opportunity_amounts on open_entries.journey_key = opportunity_amounts.journey_key
    left join goal_probabilities as goals
        on
            open_entries.journey_key = goals.journey_key
            and case when stages.is_after_win then stages.win_stage else stages.stage end
            = goals.from_stage
    left join typical_amounts
        on goals.goal_stage = typical_amounts.stage and goals.funnel = typical_amounts.funnel

),

open_journeys as (

    select
        journey_key,
        person_key,
        account_key,
        latest_opportunity_owner_key,
        lifecycle_key,
        stage,
        owner_team,
        funnel,
        first_channel as channel,
        segment,
        goal_stage,
        probability_source,
        amount_source,
        waited_days,
        time_limit_days,
        open_opportunity_count,
        conversion_probability,
        goal_amount,
        cast(
            conversion_probability * cast(goal_amount as decimal(22, 2)) as decimal(18, 2)
        ) as expected_amount,
        coalesce(waited_days > time_limit_days, false) as is_past_limit,
        entered_at
    from waiting_journeys

)

select * from open_journeys
