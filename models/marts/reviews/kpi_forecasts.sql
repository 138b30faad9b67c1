{# Grain: one row a period that is not over, funnel (and all of them), and KPI of the seed kpi_list:
   what it will likely come to. #}
{%- set longest = '7 * ' ~ int_var('planning_weeks') -%}
with

coming as (select * from {{ ref('int_coming_periods_listed') }}),

totals as (select * from {{ ref('int_forecast_totals_estimated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

spent as (select * from {{ ref('int_kpi_measures_aggregated') }} where measure = 'spend_amount'),

funnels as (select distinct funnel from {{ ref('int_kpi_values_aggregated') }}),

budget as (select sum(today_week_amount) as amount from {{ ref('plan_budget') }}),

sales as (

    select
        period_kind,
        period_start,
        funnel,
        {%- for measure in ['worked_count', 'won_count', 'amount', 'closed_count'] %}
        {{ as_double("max(case when measure = 'new_" ~ measure ~ "' then total end)") }}
            as {{ measure }},
        {%- endfor %}
        {{ as_double("max(case when measure = 'new_won_days' then total end)") }} as won_days
    from totals
    group by period_kind, period_start, funnel

),

derived as (

    select
        period_kind,
        period_start,
        funnel,
        measure,
        {{ as_double('total') }} as total
    from totals
    {% for measure, total in {
        'velocity_numerator': 'worked_count * won_count * amount',
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
    -- Today's leads go on costing what they cost.
    select
        coming.period_kind,
        coming.period_start,
        'all' as funnel,
        'spend_amount' as measure,
        coalesce(spent.total, 0)
        + budget.amount * (coming.before_day_number - coming.from_day_number) / 7 as total
    from coming
    cross join budget
    left join spent on {{ same('coming', 'spent', ['period_kind', 'period_start']) }}

),

told as (

    {{ kpi_sides('coming') }}

),

kpi_forecasts as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        cast(case
            when before_day_number > {{ longest }} then null
            when denominator is null then numerator
            else numerator / nullif(divisor, 0)
        end as decimal(24, 6)) as forecast,
        case
            when before_day_number > {{ longest }} then 'longer than the plan'
            when numerator is null then 'no history'
            when denominator is not null and coalesce(divisor, 0) = 0 then 'nothing to divide by'
        end as forecast_reason
    from told

)

select * from kpi_forecasts
