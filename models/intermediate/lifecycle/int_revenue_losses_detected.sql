{# Grain: one row each time the recurring revenue of an account ended or became less, with the
   opportunity that had won the account, and the time at which who had left paid again. #}
with

subscriptions as ({{ usable_rows(ref('int_subscriptions_rows_checked')) }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

won_accounts as (

    select distinct account_key
    from opportunities
    where outcome = 'won' and opportunity_type = 'new' and account_key is not null

),

customer_opportunities as (

    -- Since when an account is a customer: since each win of new business (if that has no date,
    -- since the opportunity was created); without any, it was one before the records, and has been
    -- since each renewal or expansion was created.
    select
        opportunity_key,
        person_key,
        account_key,
        coalesce(closed_at, created_at, {{ start_of_time() }}) as customer_at
    from opportunities
    where outcome = 'won' and opportunity_type = 'new'
    union all
    select
        opportunities.opportunity_key,
        opportunities.person_key,
        opportunities.account_key,
        coalesce(opportunities.created_at, {{ start_of_time() }}) as customer_at
    from opportunities
    left join won_accounts on opportunities.account_key = won_accounts.account_key
    where opportunities.opportunity_type != 'new' and won_accounts.account_key is null

),

account_subscriptions as (

    select
        companies.account_key,
        subscriptions.system,
        subscriptions.currency,
        subscriptions.end_reason,
        subscriptions.monthly_amount,
        subscriptions.started_at,
        subscriptions.ended_at,
        min(subscriptions.started_at) over (
            partition by companies.account_key, subscriptions.currency
        ) as first_started_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key
    -- A price of zero is no revenue: its end is no churn, and its start no return.
    where subscriptions.monthly_amount > 0

),

last_ends as (

    -- A subscription that begins within a day after the end of another one continues it.
    select
        ended.account_key,
        min(ended.system) as system,
        min(ended.end_reason) as exit_reason,
        ended.ended_at as lost_at
    from account_subscriptions as ended
    left join account_subscriptions as running
        on
            ended.account_key = running.account_key
            and running.started_at < {{ add_days('ended.ended_at', 1) }}
            and coalesce(running.ended_at, {{ end_of_time() }}) > ended.ended_at
    where ended.ended_at is not null and running.account_key is null
    group by ended.account_key, ended.ended_at

),

priced_subscriptions as (

    -- One rate per account and currency, as in fct_mrr_movements.
    select
        account_subscriptions.*,
        {{ in_reporting_currency('account_subscriptions.monthly_amount', 'rates.rate') }}
            as reporting_amount
    from account_subscriptions
    inner join rates
        on
            {{ rate_applies(
                'rates', 'account_subscriptions.currency', 'account_subscriptions.first_started_at'
            ) }}

),

reductions as (

    -- What is paid a day after the end of a subscription is less than what was paid until then, and
    -- more than nothing. Subscriptions that end at one moment multiply both sums alike.
    select
        ended.account_key,
        min(ended.system) as system,
        ended.ended_at as lost_at
    from priced_subscriptions as ended
    inner join priced_subscriptions as paid on ended.account_key = paid.account_key
    where ended.ended_at is not null
    group by ended.account_key, ended.ended_at
    having
        sum(paid.reporting_amount) filter (
            where paid.started_at < {{ add_days('ended.ended_at', 1) }}
            and {{ or_end('paid.ended_at') }} >= {{ add_days('ended.ended_at', 1) }}
        ) < sum(paid.reporting_amount) filter (
            where paid.started_at < ended.ended_at
            and {{ or_end('paid.ended_at') }} >= ended.ended_at
        )

),

losses as (

    select
        account_key,
        'subscriptions_ended' as loss_kind,
        system,
        exit_reason,
        lost_at
    from last_ends
    union all
    select
        account_key,
        'subscriptions_reduced' as loss_kind,
        system,
        null as exit_reason,
        lost_at
    from reductions

),

returns as (

    select
        last_ends.account_key,
        last_ends.lost_at,
        min(account_subscriptions.started_at) as returned_at
    from last_ends
    inner join account_subscriptions
        on
            last_ends.account_key = account_subscriptions.account_key
            and last_ends.lost_at < account_subscriptions.started_at
    group by last_ends.account_key, last_ends.lost_at

),

last_wins as (

    select
        losses.account_key,
        losses.lost_at,
        {{ last_by(
            'customer_opportunities.opportunity_key',
            'row(customer_opportunities.customer_at, customer_opportunities.opportunity_key)'
        ) }} as opportunity_key
    from losses
    inner join customer_opportunities
        on
            losses.account_key = customer_opportunities.account_key
            and losses.lost_at >= customer_opportunities.customer_at
    group by losses.account_key, losses.lost_at

),

int_revenue_losses_detected as (

    select
        customer_opportunities.person_key,
        last_wins.opportunity_key,
        losses.loss_kind,
        losses.exit_reason,
        losses.system,
        losses.lost_at,
        returns.returned_at
    from losses
    inner join last_wins
        on losses.account_key = last_wins.account_key and losses.lost_at = last_wins.lost_at
    inner join customer_opportunities
        on last_wins.opportunity_key = customer_opportunities.opportunity_key
    left join returns
        on losses.account_key = returns.account_key and losses.lost_at = returns.lost_at

)

select * from int_revenue_losses_detected
