{# Grain: one row per journey that is still open: the stage it waits in, how long it has waited
   against the limit, and the revenue expected of it given its stage and age. A customer waits for
   the next renewal from the beginning of the contract on, whatever has happened since. #}
with

open_entries as (select * from {{ ref('fct_lifecycle') }} where is_current),

stages as (

    select
        *,
        stage_order >= max(case when planning_node = 'win' then stage_order end) over ()
            as is_customer
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

open_goal_steps as (

    select * from {{ ref('fct_journey_steps') }} where is_goal and step_result = 'open'

),

renewal_steps as (

    select * from {{ ref('int_stage_pairs_listed') }} where is_goal and is_after_win

),

customers as (select * from {{ ref('int_customers_aggregated') }} where is_won),

curves as (

    select * from {{ ref('conversion_curves_by_slice') }} where slice_name in ('all', 'funnel')

),

typical_amounts as (select * from {{ ref('int_win_amounts_estimated') }}),

open_opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'open'),

accounts as (select * from {{ ref('dim_accounts') }}),

slices as (

    {{ slices(['all', 'funnel']) }}

),

waiting_entries as (

    select
        open_entries.journey_key,
        open_entries.funnel,
        open_entries.stage,
        stages.is_customer,
        customers.customer_key is not null as is_at_customer,
        customers.contract_started_at,
        customers.contract_amount,
        nullif(customers.mrr_amount, 0) * {{ int_var('contract_months') }} as recurring_amount,
        -- An account renews once, whichever of its journeys are open.
        row_number() over (
            partition by coalesce(open_entries.account_key, open_entries.journey_key)
            order by
                stages.is_customer desc,
                open_entries.entered_at desc nulls last,
                open_entries.lifecycle_key desc
        ) as account_place
    from open_entries
    inner join stages on open_entries.stage = stages.stage
    left join customers
        on coalesce(open_entries.account_key, open_entries.journey_key) = customers.customer_key

),

journey_goals as (

    -- What the journey waits for, for how long already, and what a renewal is worth. An account is
    -- won for the first time once: nobody else there has that goal.
    select
        waiting_entries.journey_key,
        waiting_entries.funnel,
        open_goal_steps.step,
        open_goal_steps.to_stage as goal_stage,
        open_goal_steps.waited_days,
        {{ typed_null('text') }} as amount_source,
        cast(null as decimal(18, 2)) as amount,
        false as is_renewal
    from waiting_entries
    inner join open_goal_steps
        on
            waiting_entries.journey_key = open_goal_steps.journey_key
            and waiting_entries.stage = open_goal_steps.from_stage
    where not waiting_entries.is_customer and not waiting_entries.is_at_customer
    union all
    select
        waiting_entries.journey_key,
        waiting_entries.funnel,
        renewal_steps.step,
        renewal_steps.to_stage as goal_stage,
        greatest({{ whole_days('waiting_entries.contract_started_at', cutoff()) }}, 0)
            as waited_days,
        case
            when waiting_entries.recurring_amount is not null then 'recurring_revenue'
            when waiting_entries.contract_amount is not null then 'contract'
        end as amount_source,
        cast(
            coalesce(waiting_entries.recurring_amount, waiting_entries.contract_amount)
            as decimal(18, 2)
        ) as amount,
        true as is_renewal
    from waiting_entries
    cross join renewal_steps
    where
        waiting_entries.is_customer
        and waiting_entries.account_place = 1
        and waiting_entries.contract_started_at is not null

),

sliced_goals as (

    select
        journey_goals.*,
        slices.slice_name,
        case when slices.slice_name = 'all' then 'all' else journey_goals.funnel end as slice_value
    from journey_goals
    cross join slices

),

curve_readings as (

    select
        goals.journey_key,
        goals.slice_name,
        curves.total_converted_count as converted_count,
        curves.probability_if_waiting as probability
    from sliced_goals as goals
    left join curves
        on
            goals.step = curves.step
            and goals.slice_name = curves.slice_name
            and goals.slice_value = curves.slice_value
            and goals.waited_days = curves.waited_days
    where not goals.is_renewal
    union all
    -- The curve is that of first contracts, so it has no point on the day of each later one: the
    -- last point before counts, and before the first point what the curve comes to.
    select
        goals.journey_key,
        goals.slice_name,
        max(curves.total_converted_count) as converted_count,
        coalesce(
            {{ last_by('curves.probability_if_waiting', oldest(
                'case when curves.waited_days <= goals.waited_days'
                ~ ' then curves.probability_if_waiting end',
                'curves.waited_days'
            )) }},
            max(curves.converted_rate)
        ) as probability
    from sliced_goals as goals
    left join curves
        on
            goals.step = curves.step
            and goals.slice_name = curves.slice_name
            and goals.slice_value = curves.slice_value
    where goals.is_renewal
    group by goals.journey_key, goals.slice_name

),

goal_probabilities as (

    -- A funnel with too few conversions takes the company's curve.
    select
        journey_goals.*,
        case
            when funnel_readings.converted_count >= {{ int_var('minimum_group_size') }}
                then 'funnel'
            when company_readings.converted_count is not null then 'company'
        end as probability_source,
        cast(
            case
                when funnel_readings.converted_count >= {{ int_var('minimum_group_size') }}
                    then funnel_readings.probability
                else company_readings.probability
            end
            as decimal(9, 6)
        ) as conversion_probability
    from journey_goals
    left join curve_readings as funnel_readings
        on
            journey_goals.journey_key = funnel_readings.journey_key
            and funnel_readings.slice_name = 'funnel'
    left join curve_readings as company_readings
        on
            journey_goals.journey_key = company_readings.journey_key
            and company_readings.slice_name = 'all'

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

    -- A renewal is worth what the customer pays, another goal the open opportunities; what is not
    -- known is worth the average.
    select
        open_entries.*,
        {{ segment_of('accounts') }} as segment,
        goals.goal_stage,
        goals.probability_source,
        case
            when goals.amount is not null then goals.amount_source
            when coalesce(goals.is_renewal, false) then typical_amounts.amount_source
            when opportunity_amounts.open_amount is not null then 'opportunity'
            else typical_amounts.amount_source
        end as amount_source,
        {{ whole_days('open_entries.entered_at', cutoff()) }} as waited_days,
        stages.time_limit_days,
        coalesce(opportunity_amounts.open_opportunity_count, 0) as open_opportunity_count,
        goals.conversion_probability,
        coalesce(
            goals.amount,
            case
                when not coalesce(goals.is_renewal, false)
                    then opportunity_amounts.open_amount
            end,
            typical_amounts.average_goal_amount
        ) as goal_amount,
        {{ add_days('open_entries.entered_at', 'stages.time_limit_days') }} as due_at
    from open_entries
    inner join stages on open_entries.stage = stages.stage
    left join accounts on open_entries.account_key = accounts.account_key
    left join opportunity_amounts on open_entries.journey_key = opportunity_amounts.journey_key
    left join goal_probabilities as goals on open_entries.journey_key = goals.journey_key
    left join typical_amounts
        on
            goals.goal_stage = typical_amounts.stage
            and goals.funnel = typical_amounts.funnel

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
        coalesce(due_at < {{ cutoff() }}, false) as is_past_limit,
        entered_at
    from waiting_journeys

)

select * from open_journeys
