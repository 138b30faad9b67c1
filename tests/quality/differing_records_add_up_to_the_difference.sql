-- The records that differ add up to the difference of two CRMs, and of what was won and paid.
with

differences as (select * from {{ ref('record_differences') }}),

system_ranks as ({{ opportunity_system_ranks() }}),

won_records as (

    -- What each CRM shows as won, whether or not it counts from there.
    select
        opportunities.system,
        coalesce(
            {{ in_reporting_currency('opportunities.amount', 'rates.rate') }}, 0
        ) as amount
    from {{ ref('int_opportunity_records_resolved') }} as opportunities
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on {{ rate_applies(
            'rates',
            'opportunities.currency',
            'coalesce(opportunities.closed_at, opportunities.created_at)'
        ) }}
    where opportunities.outcome = 'won'

),

system_totals as (

    select
        system_ranks.system,
        system_ranks.system_rank,
        coalesce(sum(won_records.amount), 0) as amount
    from system_ranks
    left join won_records on system_ranks.system = won_records.system
    group by system_ranks.system, system_ranks.system_rank

),

expected_differences as (

    select
        'bookings' as comparison,
        first_totals.system,
        other_totals.system as other_system,
        {{ typed_null('bigint') }} as account_key,
        first_totals.amount - other_totals.amount as difference_amount
    from system_totals as first_totals
    inner join system_totals as other_totals
        on first_totals.system_rank < other_totals.system_rank
    union all
    select
        comparison,
        '' as system,
        'billing' as other_system,
        account_key,
        sum(difference_amount) as difference_amount
    from {{ ref('booking_reconciliation') }}
    where comparison = 'payments'
    group by comparison, account_key

),

found_differences as (

    select
        comparison,
        case when comparison = 'bookings' then system else '' end as system,
        other_system,
        case when comparison = 'payments' then account_key end as account_key,
        sum(difference_amount) as difference_amount
    from differences
    where comparison in ('bookings', 'payments')
    group by
        comparison,
        case when comparison = 'bookings' then system else '' end,
        other_system,
        case when comparison = 'payments' then account_key end

)

select
    coalesce(expected.comparison, found.comparison) as comparison,
    coalesce(expected.system, found.system) as system,
    coalesce(expected.other_system, found.other_system) as other_system,
    coalesce(expected.account_key, found.account_key) as account_key,
    expected.difference_amount as expected_amount,
    found.difference_amount as found_amount
from expected_differences as expected
full outer join found_differences as found
    on
        expected.comparison = found.comparison
        and expected.system = found.system
        and expected.other_system = found.other_system
        and coalesce(expected.account_key, -1) = coalesce(found.account_key, -1)
where coalesce(expected.difference_amount, 0) != coalesce(found.difference_amount, 0)
