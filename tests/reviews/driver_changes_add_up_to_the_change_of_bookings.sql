with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

bookings as (

    select
        periods.period_kind,
        periods.period_start,
        sum(lifecycle.amount) as amount
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    inner join periods
        on {{ falls_in('lifecycle.entered_at', 'periods') }}
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null
    group by periods.period_kind, periods.period_start

),

driver_changes as (

    select
        period_kind,
        period_start,
        comparison,
        earlier_start,
        sum(change_amount) as change_amount
    from {{ ref('kpi_tree_by_period') }}
    group by period_kind, period_start, comparison, earlier_start

)

select
    driver_changes.*,
    bookings.amount,
    earlier_bookings.amount as earlier_amount
from driver_changes
left join bookings
    on
        driver_changes.period_kind = bookings.period_kind
        and driver_changes.period_start = bookings.period_start
left join bookings as earlier_bookings
    on
        driver_changes.period_kind = earlier_bookings.period_kind
        and driver_changes.earlier_start = earlier_bookings.period_start
where
    driver_changes.change_amount
    != coalesce(bookings.amount, 0) - coalesce(earlier_bookings.amount, 0)
