-- The drivers' parts add up, to the cent, to the change of what was won between the two periods.
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

won as (

    select
        periods.period_kind,
        periods.period_start,
        sum(lifecycle.amount) as amount
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join periods
        on {{ falls_in('lifecycle.entered_at') }}
    where
        lifecycle.stage in ('customer', 'retained', 'expanded')
        and lifecycle.opportunity_key is not null
    group by periods.period_kind, periods.period_start

),

parts as (

    select
        period_kind,
        period_start,
        comparison,
        earlier_start,
        sum(change_amount) as change_amount
    from {{ ref('kpi_tree') }}
    group by period_kind, period_start, comparison, earlier_start

)

select
    parts.*,
    won.amount,
    earlier.amount as earlier_amount
from parts
left join won
    on parts.period_kind = won.period_kind and parts.period_start = won.period_start
left join won as earlier
    on parts.period_kind = earlier.period_kind and parts.earlier_start = earlier.period_start
where parts.change_amount != coalesce(won.amount, 0) - coalesce(earlier.amount, 0)
