{# Grain: one row a period, funnel (and all of them), and KPI of the seed kpi_list. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

totals as (select * from {{ ref('int_kpi_measures_aggregated') }}),

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

    {{ kpi_sides('periods') }}

),

int_kpi_values_aggregated as (

    -- What a period has none of is nothing, which can be divided and not divided by.
    select
        period_kind,
        period_start,
        funnel,
        metric,
        case
            when denominator is null then cast(coalesce(numerator, 0) as decimal(24, 6))
            else cast({{ ratio('coalesce(numerator, 0)', 'divisor') }} as decimal(24, 6))
        end as actual,
        cast(coalesce(numerator, 0) as decimal(28, 2)) as numerator,
        cast(case when denominator is not null then coalesce(divisor, 0) end as decimal(28, 2))
            as denominator,
        case
            when denominator is not null and coalesce(divisor, 0) = 0 then 'nothing to divide by'
        end as empty_reason
    from told

)

select * from int_kpi_values_aggregated
