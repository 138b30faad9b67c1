with

stages as (select * from {{ ref('lifecycle_stages') }}),

kpis as (select * from {{ ref('kpi_list') }} where denominator is null),

kpi_sums as (

    select
        kpi_values.period_kind,
        case when kpi_values.funnel = 'all' then 'all' else 'funnels' end as scope,
        kpis.numerator as measure,
        sum(kpi_values.actual) as actual
    from {{ ref('int_kpi_values_aggregated') }} as kpi_values
    inner join kpis on kpi_values.metric = kpis.metric
    group by
        kpi_values.period_kind,
        case when kpi_values.funnel = 'all' then 'all' else 'funnels' end,
        kpis.numerator

),

fact_sums as (

    select
        'entered_' || stage as measure,
        count(*) as actual
    from {{ ref('fct_lifecycle') }}
    where stage_entry_number = 1 and is_qualified and qualified_at is not null
    group by stage
    union all
    select
        'total_amount' as measure,
        coalesce(sum(lifecycle.amount), 0) as actual
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null
        and lifecycle.entered_at is not null

)

select
    kpi_sums.period_kind,
    kpi_sums.scope,
    kpi_sums.measure,
    kpi_sums.actual as kpi_actual,
    fact_sums.actual as fact_actual
from kpi_sums
inner join fact_sums on kpi_sums.measure = fact_sums.measure
where kpi_sums.actual != fact_sums.actual
