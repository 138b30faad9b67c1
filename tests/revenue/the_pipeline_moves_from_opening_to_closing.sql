with

waterfall as (select * from {{ ref('fct_pipeline_waterfall_by_period') }}),

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

balances as (

    -- What a period of all that is open closes with, and what the next one opens with.
    select
        periods.period_kind,
        periods.period_start,
        waterfall.opportunity_key,
        waterfall.closing_amount as amount,
        waterfall.closing_count as balance_count
    from waterfall
    inner join periods
        on
            waterfall.period_kind = periods.period_kind
            and waterfall.period_start = periods.prior_start
    where waterfall.basis = 'all_open'
    union all
    select
        periods.period_kind,
        periods.period_start,
        waterfall.opportunity_key,
        -waterfall.opening_amount as amount,
        -waterfall.opening_count as balance_count
    from waterfall
    inner join periods
        on
            waterfall.period_kind = periods.period_kind
            and waterfall.period_start = periods.period_start
    where waterfall.basis = 'all_open' and periods.prior_start is not null

)

select
    'the parts do not add up' as fault,
    period_kind,
    period_start,
    basis,
    opportunity_key,
    opening_amount
    + created_amount + reopened_amount + increased_amount + pulled_in_amount
    - decreased_amount - pushed_out_amount - won_amount - lost_amount
    - closing_amount as difference
from waterfall
where
    opening_amount
    + created_amount + reopened_amount + increased_amount + pulled_in_amount
    - decreased_amount - pushed_out_amount - won_amount - lost_amount
    != closing_amount
union all
select
    'it does not open with what closed before' as fault,
    period_kind,
    period_start,
    'all_open' as basis,
    opportunity_key,
    sum(amount) as difference
from balances
group by period_kind, period_start, opportunity_key
having sum(amount) != 0 or sum(balance_count) != 0
