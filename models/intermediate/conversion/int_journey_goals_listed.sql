{# Grain: one row per open journey with a goal: the first win of the account, or the next renewal of
   a customer, how long the journey has waited for it, and what a renewal is worth. #}
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

    select * from {{ ref('int_conversion_steps_listed') }} where is_goal and is_after_win

),

customers as (select * from {{ ref('int_customers_aggregated') }} where is_won),

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

int_journey_goals_listed as (

    -- An account is won for the first time once: nobody else there has that goal.
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

)

select * from int_journey_goals_listed
