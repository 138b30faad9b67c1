with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

totals as (

    select
        period_kind,
        period_start,
        sum(opening_amount) as opening_amount,
        sum(new_amount + reactivation_amount + expansion_amount - contraction_amount - churn_amount)
            as movement_amount,
        sum(closing_amount) as closing_amount
    from {{ ref('kpi_mrr_by_period') }}
    group by period_kind, period_start

)

select
    totals.period_kind,
    totals.period_start
from totals
inner join periods
    on
        totals.period_kind = periods.period_kind
        and totals.period_start = periods.period_start
left join totals as earlier
    on
        periods.period_kind = earlier.period_kind
        and periods.prior_start = earlier.period_start
where
    totals.opening_amount + totals.movement_amount != totals.closing_amount
    or totals.opening_amount != coalesce(earlier.closing_amount, 0)
