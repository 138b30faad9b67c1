{# Grain: one row per period that is not over, funnel (and all of them) and KPI of the seed
   kpi_list: what it will likely amount to. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where not is_complete),

forecast_totals as (select * from {{ ref('int_forecast_totals_estimated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

recorded_spend as (

    select * from {{ ref('int_kpi_measures_aggregated') }}
    where measure = 'spend_amount'

),

funnels as (select distinct funnel from {{ ref('int_kpi_values_aggregated') }}),

budget as (select sum(today_week_amount) as week_amount from {{ ref('plan_budget') }}),

sales_totals as (

    select
        period_kind,
        period_start,
        funnel,
        {{ as_double("max(case when measure = 'new_open_count' then total end)") }}
            as new_open_count,
        {{ as_double("max(case when measure = 'new_window_dated_count' then total end)") }}
            as new_window_dated_count,
        {{ as_double("max(case when measure = 'new_window_closed_count' then total end)") }}
            as new_window_closed_count,
        {{ as_double("max(case when measure = 'new_window_amount' then total end)") }}
            as new_window_amount,
        {{ as_double("max(case when measure = 'new_window_won_days' then total end)") }}
            as new_window_won_days
    from forecast_totals
    group by period_kind, period_start, funnel

),

measures as (

    select
        period_kind,
        period_start,
        funnel,
        measure,
        {{ as_double('total') }} as total
    from forecast_totals
    {%- for measure, product in [
        ('velocity_numerator', 'new_open_count * new_window_dated_count * new_window_amount'),
        ('velocity_denominator', 'new_window_closed_count * new_window_won_days'),
    ] %}
    union all
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        {{ product }} as total
    from sales_totals
    {%- endfor %}
    union all
    -- Today's leads go on costing what they cost now.
    select
        periods.period_kind,
        periods.period_start,
        'all' as funnel,
        'spend_amount' as measure,
        coalesce(recorded_spend.total, 0)
        + budget.week_amount * (periods.next_day_number - periods.first_day_number) / 7 as total
    from periods
    cross join budget
    left join recorded_spend
        on
            periods.period_kind = recorded_spend.period_kind
            and periods.period_start = recorded_spend.period_start

),

kpi_parts as (

    {{ kpi_parts(periods='periods', funnels='funnels', kpis='kpis', measures='measures') }}

),

kpi_sums as (

    select
        *,
        next_day_number > 7 * {{ int_var('planning_weeks') }} as is_beyond_plan
    from kpi_parts

),

kpi_forecasts_by_period as (

    select
        period_kind,
        period_start,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        funnel,
        metric,
        cast(case
            when is_beyond_plan then null
            when is_ratio then numerator / nullif(denominator, 0)
            else numerator
        end as decimal(24, 6)) as forecast,
        cast(case when not is_beyond_plan then numerator end as decimal(28, 2))
            as forecast_numerator,
        cast(case when is_ratio and not is_beyond_plan then denominator end as decimal(28, 2))
            as forecast_denominator,
        case
            when is_beyond_plan then 'beyond_the_plan'
            when numerator is null then 'no_history'
            when is_ratio and coalesce(denominator, 0) = 0 then 'nothing_to_divide_by'
        end as forecast_reason,
        funnel = 'all' as is_total,
        period_kind = 'month'
        and (funnel = 'all') = (numerator_measure = 'spend_amount')
        and not is_ratio
        and not is_balance as is_additive
    from kpi_sums

)

select * from kpi_forecasts_by_period
