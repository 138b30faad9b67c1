{%- set recorded = [] -%}
{%- for entities in var('systems').values() %}{% do recorded.extend(entities) %}{% endfor -%}
-- Each comparison holds all that both systems record, and its parts add up to each difference.
with

reconciliation as (select * from {{ ref('booking_reconciliation') }}),

opportunities as (select * from {{ ref('dim_opportunities') }}),

payments as (select * from {{ ref('fct_payments') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

amounts as (

    select
        comparison,
        account_key,
        crm_amount,
        billing_amount
    from reconciliation
    where comparison = 'payments'
    union all
    select
        comparison,
        account_key,
        0 as crm_amount,
        billing_amount
    from reconciliation
    where comparison = 'recurring_revenue'
    union all
    select
        'payments' as comparison,
        account_key,
        -won_amount as crm_amount,
        0 as billing_amount
    from opportunities
    where {{ 'opportunities' in recorded and 'payments' in recorded }}
    union all
    select
        'payments' as comparison,
        account_key,
        0 as crm_amount,
        -amount as billing_amount
    from payments
    where {{ 'opportunities' in recorded }}
    union all
    select
        'recurring_revenue' as comparison,
        account_key,
        0 as crm_amount,
        -closing_amount as billing_amount
    from movements
    where {{ 'opportunities' in recorded }}

),

missing_amounts as (

    select
        comparison,
        account_key,
        sum(crm_amount) as crm_amount,
        sum(billing_amount) as billing_amount
    from amounts
    group by comparison, account_key

)

select
    comparison,
    account_key,
    'an amount is missing or too much' as fault
from missing_amounts
where crm_amount != 0 or billing_amount != 0
union all
select
    comparison,
    account_key,
    'the parts do not add up to the difference' as fault
from reconciliation
where
    difference_amount != not_linked_amount + missing_amount + deleted_amount + currency_amount
    + not_due_amount + timing_amount + mismatch_amount
    or difference_amount != crm_amount - billing_amount
