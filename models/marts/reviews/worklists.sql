{# Grain: one row per lead, opportunity or customer that somebody should work, on the one list that
   it stands on: by expected value, with its owner and the record to open. #}
with

open_journeys as (select * from {{ ref('open_journeys') }}),

handoffs as (select * from {{ ref('handoffs') }}),

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

persons as (select * from {{ ref('dim_persons') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

opportunities as (

    -- What was begun before the first win of its account is left over from that sale: hardly any is
    -- won, while most expansions that customers begin are.
    select
        opportunities.*,
        coalesce(
            opportunities.revenue_type = 'expansion'
            and opportunities.created_at < accounts.customer_at, false
        ) as is_left_over
    from {{ ref('dim_opportunities') }} as opportunities
    left join accounts on opportunities.account_key = accounts.account_key

),

customers as (select * from {{ ref('int_customers_aggregated') }} where is_won),

typical_amounts as (select * from {{ ref('int_win_amounts_estimated') }}),

node_orders as (

    select
        max(case when planning_node = 'lead' then stage_order end) as lead_order,
        max(case when planning_node = 'opportunity' then stage_order end) as opportunity_order,
        max(case when planning_node = 'win' then stage_order end) as win_order,
        max(case when planning_node = 'win' then stage end) as win_stage
    from stages

),

type_win_rates as (

    -- Expansions wait in no stage of the journey: the share of those closed counts.
    select
        revenue_type,
        is_left_over,
        {{ ratio("count(case when outcome = 'won' then 1 end)", 'count(*)', 3) }} as win_rate
    from opportunities
    where outcome != 'open'
    group by revenue_type, is_left_over
    having count(*) >= {{ int_var('minimum_group_size') }}

),

exit_win_rates as (

    -- Of the journeys that ever left at this exit, those whose person was won later.
    select
        exits.stage,
        {{ ratio(
            'count(distinct case when wins.journey_key is not null then exits.journey_key end)',
            'count(distinct exits.journey_key)', 3
        ) }} as win_rate
    from lifecycle as exits
    inner join stages on exits.stage = stages.stage
    cross join node_orders
    left join lifecycle as wins
        on
            coalesce(exits.person_key, exits.journey_key)
            = coalesce(wins.person_key, wins.journey_key)
            and node_orders.win_stage = wins.stage
            and exits.entered_at < wins.entered_at
    where stages.is_exit
    group by exits.stage
    having count(distinct exits.journey_key) >= {{ int_var('minimum_group_size') }}

),

open_renewals as (

    select
        coalesce(account_key, journey_key) as customer_key,
        {{ last_by('opportunity_key', 'row(created_at, opportunity_key)') }} as opportunity_key
    from opportunities
    where outcome = 'open' and revenue_type = 'renewal'
    group by coalesce(account_key, journey_key)

),

renewals_ahead as (

    -- The contract under way of each customer that has not left. One that has ended and was not
    -- renewed is still to renew.
    select
        'renewals_ahead' as list_name,
        open_journeys.journey_key,
        open_renewals.opportunity_key,
        case
            when coalesce(customers.contract_started_at > customers.win_at, true)
                then renewal_stages.stage
            else node_orders.win_stage
        end as stage,
        renewal_stages.owner_team,
        case
            when customers.contract_ends_at < {{ cutoff() }} then 'renewal_overdue'
            else 'renewal_due'
        end as finding,
        {{ typed_null('text') }} as exit_reason,
        open_journeys.goal_amount as amount,
        open_journeys.conversion_probability as win_probability,
        customers.contract_started_at as entered_at,
        customers.contract_ends_at as due_at
    from open_journeys
    inner join stages as renewal_stages
        on
            open_journeys.goal_stage = renewal_stages.stage
            and renewal_stages.entered_by = 'renewal_won'
    inner join customers
        on coalesce(open_journeys.account_key, open_journeys.journey_key) = customers.customer_key
    cross join node_orders
    left join open_renewals on customers.customer_key = open_renewals.customer_key
    where customers.contract_ends_at < {{ add_days(cutoff(), int_var('worklist_renewal_days')) }}

),

late_handoffs as (

    -- The team that should take over works it. A customer whose contract ends is to renew first.
    select
        'late_handoffs' as list_name,
        handoffs.journey_key,
        {{ typed_null('bigint') }} as opportunity_key,
        open_journeys.stage,
        next_stages.owner_team,
        'past_time_limit' as finding,
        {{ typed_null('text') }} as exit_reason,
        open_journeys.goal_amount as amount,
        open_journeys.conversion_probability as win_probability,
        open_journeys.entered_at,
        {{ add_days('open_journeys.entered_at', 'open_journeys.time_limit_days') }} as due_at
    from handoffs
    inner join open_journeys on handoffs.journey_key = open_journeys.journey_key
    inner join journey_steps
        on
            handoffs.handoff_key = journey_steps.journey_step_key
            and open_journeys.stage = journey_steps.from_stage
    inner join stages as next_stages on journey_steps.to_stage = next_stages.stage
    left join renewals_ahead on handoffs.journey_key = renewals_ahead.journey_key
    where
        handoffs.answer = 'never_worked'
        and handoffs.timing = 'overdue'
        and renewals_ahead.journey_key is null

),

trapped_opportunities as (

    select
        'trapped_opportunities' as list_name,
        opportunities.journey_key,
        opportunities.opportunity_key,
        coalesce(open_journeys.stage, opportunity_stages.stage) as stage,
        opportunity_stages.owner_team,
        case
            when
                {{ add_days('opportunities.created_at', 'opportunity_stages.time_limit_days') }}
                < {{ cutoff() }}
                then 'past_time_limit'
            else 'close_date_passed'
        end as finding,
        {{ typed_null('text') }} as exit_reason,
        opportunities.amount,
        coalesce(
            case
                when
                    open_journeys.stage = opportunity_stages.stage
                    and not opportunities.is_left_over
                    then open_journeys.conversion_probability
            end,
            type_win_rates.win_rate
        ) as win_probability,
        opportunities.created_at as entered_at,
        least(
            {{ add_days('opportunities.created_at', 'opportunity_stages.time_limit_days') }},
            {{ or_end('cast(opportunities.expected_close_date as timestamp)') }}
        ) as due_at
    from opportunities
    inner join stages as opportunity_stages on opportunity_stages.planning_node = 'opportunity'
    left join open_journeys on opportunities.journey_key = open_journeys.journey_key
    left join type_win_rates
        on
            opportunities.revenue_type = type_win_rates.revenue_type
            and opportunities.is_left_over = type_win_rates.is_left_over
    where
        opportunities.outcome = 'open'
        and opportunities.revenue_type != 'renewal'
        and (
            {{ add_days('opportunities.created_at', 'opportunity_stages.time_limit_days') }}
            < {{ cutoff() }}
            or opportunities.expected_close_date < cast({{ cutoff() }} as date)
        )

),

open_leads as (

    select
        'open_leads' as list_name,
        open_journeys.journey_key,
        {{ typed_null('bigint') }} as opportunity_key,
        open_journeys.stage,
        open_journeys.owner_team,
        case when open_journeys.is_past_limit then 'past_time_limit' else 'within_time_limit' end
            as finding,
        {{ typed_null('text') }} as exit_reason,
        open_journeys.goal_amount as amount,
        open_journeys.conversion_probability as win_probability,
        open_journeys.entered_at,
        {{ add_days('open_journeys.entered_at', 'open_journeys.time_limit_days') }} as due_at
    from open_journeys
    inner join stages on open_journeys.stage = stages.stage
    cross join node_orders
    left join late_handoffs on open_journeys.journey_key = late_handoffs.journey_key
    where
        stages.stage_order >= node_orders.lead_order
        and stages.stage_order < node_orders.opportunity_order
        and late_handoffs.journey_key is null

),

recent_exits as (

    -- An exited journey is listed at the stage that it left, with the chance that it comes back.
    select
        case when exits.opportunity_key is null then 'rejected_leads' else 'lost_opportunities' end
            as list_name,
        exits.journey_key,
        exits.opportunity_key,
        lifecycle.stage,
        stages.owner_team,
        'exited' as finding,
        exits.exit_reason,
        coalesce(exits.amount, typical_amounts.average_goal_amount) as amount,
        exit_win_rates.win_rate as win_probability,
        exits.entered_at,
        {{ typed_null('timestamp') }} as due_at
    from lifecycle as exits
    inner join stages as exit_stages on exits.stage = exit_stages.stage
    inner join lifecycle
        on
            exits.journey_key = lifecycle.journey_key
            and exits.entry_number = lifecycle.entry_number + 1
    inner join stages on lifecycle.stage = stages.stage
    cross join node_orders
    left join typical_amounts
        on node_orders.win_stage = typical_amounts.stage and exits.funnel = typical_amounts.funnel
    left join exit_win_rates on exits.stage = exit_win_rates.stage
    where
        exits.is_current
        and exit_stages.is_exit
        and exits.entered_at >= {{ add_days(cutoff(), '-' ~ int_var('worklist_recent_days')) }}
        and stages.stage_order >= node_orders.lead_order
        and stages.stage_order < node_orders.win_order

),

listed_items as (

    {% for list in [
        'late_handoffs', 'trapped_opportunities', 'open_leads', 'recent_exits', 'renewals_ahead',
    ] -%}
    select * from {{ list }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

described_items as (

    -- Of an opportunity, its own record; else that of the person; of a customer nobody is known
    -- for, that of the account.
    select
        {{ key_of([
            'listed_items.list_name', 'listed_items.journey_key',
            "coalesce(listed_items.opportunity_key, 0)",
        ]) }} as worklist_key,
        listed_items.*,
        journeys.person_key,
        journeys.account_key,
        accounts.account_name,
        journeys.funnel,
        journeys.first_channel as channel,
        {{ segment_of('accounts') }} as segment,
        coalesce(
            nullif(opportunities.owner_key, {{ no_owner_key() }}),
            nullif(persons.owner_key, {{ no_owner_key() }}),
            journeys.latest_opportunity_owner_key,
            {{ no_owner_key() }}
        ) as owner_key,
        coalesce(opportunities.system, persons.system, accounts.system) as system,
        case
            when opportunities.opportunity_key is not null then opportunities.record_id
            when persons.person_key is not null then persons.record_id
            else accounts.record_id
        end as record_id,
        case
            when opportunities.opportunity_key is not null then opportunities.record_url
            when persons.person_key is not null then persons.record_url
            else accounts.record_url
        end as record_url,
        {{ whole_days('listed_items.entered_at', cutoff()) }} as waited_days,
        cast(
            listed_items.win_probability * cast(listed_items.amount as decimal(22, 2))
            as decimal(18, 2)
        ) as expected_amount,
        coalesce(case
            when listed_items.list_name = 'renewals_ahead'
                then
                    {{ whole_days('listed_items.due_at', cutoff()) }}
                    > {{ int_var('worklist_aged_out_days') }}
            when
                listed_items.list_name = 'trapped_opportunities'
                or stages.stage_order < node_orders.win_order
                then
                    {{ whole_days('listed_items.entered_at', cutoff()) }}
                    > {{ int_var('worklist_aged_out_days') }}
        end, false) as is_aged_out
    from listed_items
    inner join stages on listed_items.stage = stages.stage
    cross join node_orders
    inner join journeys on listed_items.journey_key = journeys.journey_key
    left join opportunities on listed_items.opportunity_key = opportunities.opportunity_key
    left join persons on journeys.person_key = persons.person_key
    left join accounts on journeys.account_key = accounts.account_key
    -- Whom every system has deleted, nobody can work.
    where listed_items.opportunity_key is not null or not coalesce(persons.is_deleted, false)

),

worklists as (

    select
        worklist_key,
        list_name,
        journey_key,
        person_key,
        account_key,
        opportunity_key,
        owner_key,
        account_name,
        owner_team,
        funnel,
        channel,
        segment,
        stage,
        finding,
        exit_reason,
        system,
        record_id,
        record_url,
        row_number() over (
            partition by list_name, is_aged_out
            order by expected_amount desc nulls last, waited_days asc, worklist_key asc
        ) as rank_number,
        cast(amount as decimal(18, 2)) as amount,
        cast(win_probability as decimal(9, 6)) as win_probability,
        expected_amount,
        waited_days,
        is_aged_out,
        entered_at,
        due_at
    from described_items

)

select * from worklists
