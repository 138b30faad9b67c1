-- Law 3: leads and bookings of all weeks, months or quarters add up to those of fct_lifecycle, by
-- funnel and for all funnels.
with

told as (

    select
        period_kind,
        case when funnel = 'all' then 'all' else 'funnels' end as scope,
        metric,
        sum(actual) as actual
    from {{ ref('int_kpi_values_aggregated') }}
    where metric in ('leads', 'bookings')
    group by period_kind, case when funnel = 'all' then 'all' else 'funnels' end, metric

),

counted as (

    select
        'leads' as metric,
        count(*) as actual
    from {{ ref('fct_lifecycle') }}
    where stage = 'lead' and visit_number = 1 and entered_at is not null
    union all
    select
        'bookings' as metric,
        coalesce(sum(amount), 0) as actual
    from {{ ref('fct_lifecycle') }}
    where
        stage in ('customer', 'retained', 'expanded')
        and opportunity_key is not null
        and entered_at is not null

)

select
    told.period_kind,
    told.scope,
    told.metric,
    told.actual,
    counted.actual as true_actual
from told
inner join counted on told.metric = counted.metric
where told.actual != counted.actual
