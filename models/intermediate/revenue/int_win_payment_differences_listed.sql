{# Grain: one row per account, won opportunity and reason for which the amount won and the amount
   paid differ (none for a win that is paid in full); the opportunity is null for payments that no
   win covers. Payments pay for the oldest win first. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

reconciliation as (

    select * from {{ ref('booking_reconciliation') }}
    where comparison = 'payments'

),

account_parts as (

    select
        coalesce(account_key, -1) as account_number,
        account_key,
        sum(crm_amount) as won_amount,
        sum(billing_amount) as paid_amount,
        sum(not_due_amount) as not_due_amount,
        case
            when bool_or(not_linked_amount != 0) then 'not_linked'
            when bool_or(deleted_amount != 0) then 'deleted'
            when bool_or(missing_amount != 0) then 'missing'
            when bool_or(currency_amount != 0) then 'currency'
            else 'mismatch'
        end as category
    from reconciliation
    group by account_key

),

placed_wins as (

    -- The wins of an account in a row, from 0 to all that was won.
    select
        opportunity_key,
        coalesce(account_key, -1) as account_number,
        won_amount,
        sum(won_amount) over (
            partition by account_key
            order by closed_at nulls first, opportunity_key
            rows between unbounded preceding and current row
        ) as end_amount,
        closed_at
    from opportunities
    where won_amount > 0

),

paid_wins as (

    -- What was paid comes first, then what should have been; what is not due yet comes last.
    select
        account_parts.account_number,
        account_parts.account_key,
        placed_wins.opportunity_key,
        account_parts.category,
        placed_wins.won_amount,
        least(
            placed_wins.won_amount,
            greatest(
                0, account_parts.paid_amount - placed_wins.end_amount + placed_wins.won_amount
            )
        ) as paid_amount,
        greatest(
            0, placed_wins.end_amount - account_parts.won_amount + account_parts.not_due_amount
        ) as end_not_due_amount,
        placed_wins.closed_at
    from placed_wins
    inner join account_parts on placed_wins.account_number = account_parts.account_number

),

split_wins as (

    select
        *,
        least(won_amount - paid_amount, end_not_due_amount) as not_due_amount
    from paid_wins

),

win_totals as (

    select
        account_number,
        sum(won_amount) as won_amount,
        sum(paid_amount) as paid_amount
    from split_wins
    group by account_number

),

int_win_payment_differences_listed as (

    select
        account_key,
        opportunity_key,
        'not_due' as category,
        not_due_amount as won_amount,
        0 as paid_amount,
        closed_at
    from split_wins
    where not_due_amount > 0
    union all
    select
        account_key,
        opportunity_key,
        category,
        won_amount - not_due_amount as won_amount,
        paid_amount,
        closed_at
    from split_wins
    where won_amount != paid_amount + not_due_amount
    union all
    select
        account_parts.account_key,
        null as opportunity_key,
        account_parts.category,
        account_parts.won_amount - coalesce(win_totals.won_amount, 0) as won_amount,
        account_parts.paid_amount - coalesce(win_totals.paid_amount, 0) as paid_amount,
        null as closed_at
    from account_parts
    left join win_totals on account_parts.account_number = win_totals.account_number
    where
        account_parts.won_amount != coalesce(win_totals.won_amount, 0)
        or account_parts.paid_amount != coalesce(win_totals.paid_amount, 0)

)

select * from int_win_payment_differences_listed
