{# Grain: one row a period, funnel (and all of them), and KPI of the seed kpi_list. #}
with

periods as (select * from {{ ref('reporting_periods') }}),

totals as (select * from {{ ref('period_totals') }}),

kpis as (select * from {{ ref('kpi_list') }}),

funnels as (

    select funnel from {{ ref('funnels') }}
    union all
    select 'all' as funnel

),

sales as (

    select
        period_kind,
        period_start,
        funnel,
        {%- for measure in ['worked', 'won', 'closed'] %}
        cast(max(case when measure = 'new_{{ measure }}_count' then total end) as bigint)
            as {{ measure }}_count,
        {%- endfor %}
        max(case when measure = 'new_amount' then total end) as won_amount,
        max(case when measure = 'new_won_days' then total end) as won_days
    from totals
    group by period_kind, period_start, funnel

),

derived as (

    select * from totals
    {% for measure, total in {
        'velocity_numerator': 'worked_count * won_count * won_amount',
        'velocity_denominator': 'closed_count * won_days',
    }.items() -%}
    union all
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        {{ total }} as total
    from sales
    {% endfor -%}
    union all
    -- What a period opens with is what the one before it closed with.
    select
        periods.period_kind,
        periods.period_start,
        totals.funnel,
        'opening_amount' as measure,
        totals.total
    from totals
    inner join periods
        on
            totals.period_kind = periods.period_kind
            and totals.period_start = periods.prior_start
    where totals.measure = 'new_open_amount'

),

told as (

    select
        periods.period_kind,
        periods.period_start,
        funnels.funnel,
        kpis.metric,
        kpis.denominator is not null as is_ratio,
        coalesce(numerators.total, 0) as numerator,
        coalesce(denominators.total, 0) as denominator
    from periods
    cross join funnels
    cross join kpis
    left join derived as numerators
        on
            periods.period_kind = numerators.period_kind
            and periods.period_start = numerators.period_start
            and funnels.funnel = numerators.funnel
            and kpis.numerator = numerators.measure
    left join derived as denominators
        on
            periods.period_kind = denominators.period_kind
            and periods.period_start = denominators.period_start
            and funnels.funnel = denominators.funnel
            and kpis.denominator = denominators.measure
    where
        (kpis.is_weekly or periods.period_kind != 'week')
        and (kpis.numerator != 'spend_amount' or funnels.funnel = 'all')

),

kpi_metrics as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        case
            when is_ratio
                then cast({{ ratio('numerator', 'denominator') }} as decimal(24, 6))
            else cast(numerator as decimal(24, 6))
        end as actual,
        cast(numerator as decimal(28, 2)) as numerator,
        cast(case when is_ratio then denominator end as decimal(28, 2)) as denominator,
        case when is_ratio and denominator = 0 then 'nothing to divide by' end as empty_reason
    from told

)

select * from kpi_metrics
