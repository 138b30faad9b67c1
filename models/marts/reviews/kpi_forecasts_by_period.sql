{# Grain: one row per period that is not over, funnel (and all of them) and KPI of the seed
   kpi_list: what it will likely amount to, and how sure that is. #}
{#- KPIs that are shares: never above one. -#}
{%- set shares = ['win_rate', 'grr', 'logo_churn', 'commit_slipped'] -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where not is_complete),

forecast_totals as (select * from {{ ref('int_forecast_totals_estimated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

recorded_spend as (

    select * from {{ ref('int_kpi_measures_aggregated') }}
    where measure = 'spend_amount'

),

kpi_values as (select * from {{ ref('int_kpi_values_aggregated') }}),

errors as (select * from {{ ref('int_forecast_intervals_estimated') }}),

funnels as (select distinct funnel from kpi_values),

budget as (select sum(recent_week_amount) as week_amount from {{ ref('plan_budget') }}),

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

landing_parts as (

    select
        period_kind,
        period_start,
        funnel,
        max(case when measure = 'landing_open_amount' then total end) as open_amount,
        max(case when measure = 'landing_lead_amount' then total end) as lead_amount,
        max(case when measure = 'landing_customer_amount' then total end) as customer_amount
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
        + {{ as_double('budget.week_amount') }}
        * (periods.next_day_number - periods.first_day_number) / 7 as total
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

latest_values as (

    -- The period under way, or the last one that is over: whether a system provides the KPI.
    select
        period_kind,
        period_start,
        funnel,
        metric,
        numerator,
        empty_reason,
        row_number() over (
            partition by period_kind, funnel, metric order by period_start desc
        ) as recency_number
    from kpi_values

),

kpi_sums as (

    select
        kpi_parts.*,
        coalesce(latest_values.empty_reason, '') = 'not_recorded' as is_missing,
        kpi_parts.next_day_number > 7 * {{ int_var('planning_weeks') }} as is_beyond_plan,
        case
            when not kpi_parts.is_ratio and not kpi_parts.is_balance
                then case
                    when latest_values.period_start = kpi_parts.period_start
                        then coalesce(latest_values.numerator, 0)
                    else 0
                end
        end as recorded_amount,
        errors.reach_80,
        errors.reach_95,
        -- What total bookings and those of new business are made of, beside what is recorded.
        case
            when kpi_parts.numerator_measure in ('new_amount', 'total_amount')
                then landing_parts.open_amount
        end as open_amount,
        case
            when kpi_parts.numerator_measure in ('new_amount', 'total_amount')
                then landing_parts.lead_amount
        end as lead_amount,
        case kpi_parts.numerator_measure
            when 'new_amount' then 0
            when 'total_amount' then landing_parts.customer_amount
        end as customer_amount
    from kpi_parts
    left join landing_parts
        on
            kpi_parts.period_kind = landing_parts.period_kind
            and kpi_parts.period_start = landing_parts.period_start
            and kpi_parts.funnel = landing_parts.funnel
    left join latest_values
        on
            kpi_parts.period_kind = latest_values.period_kind
            and kpi_parts.funnel = latest_values.funnel
            and kpi_parts.metric = latest_values.metric
            and latest_values.recency_number = 1
    left join errors
        on
            kpi_parts.period_kind = errors.period_kind
            and kpi_parts.period_start = errors.period_start
            and kpi_parts.funnel = errors.funnel
            and kpi_parts.metric = errors.metric

),

kpi_forecasts as (

    select
        *,
        case
            when is_missing or is_beyond_plan then null
            when is_ratio then numerator / nullif(denominator, 0)
            else numerator
        end as forecast_value,
        case
            when is_missing then 'not_recorded'
            when is_beyond_plan then 'beyond_the_plan'
            when numerator is null then 'no_history'
            when is_ratio and coalesce(denominator, 0) = 0 then 'nothing_to_divide_by'
        end as forecast_reason
    from kpi_sums

),

forecast_roots as (

    -- What is recorded is sure: only the rest can turn out otherwise.
    select
        *,
        case
            when forecast_value >= coalesce(recorded_amount, 0)
                then sqrt(forecast_value - coalesce(recorded_amount, 0))
            when forecast_value is not null then 0
        end as rest_root,
        {{ as_double('coalesce(recorded_amount, 0)') }} as sure_amount
    from kpi_forecasts

),

kpi_forecasts_by_period as (

    select
        period_kind,
        period_start,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        funnel,
        metric,
        cast(forecast_value as decimal(24, 6)) as forecast,
        {%- for percent in ['80', '95'] %}
        cast(
            case
                when rest_root is null then null
                when rest_root < reach_{{ percent }} then sure_amount
                else sure_amount + power(rest_root - reach_{{ percent }}, 2)
            end as decimal(24, 6)
        ) as low_{{ percent }},
        cast(
            case
                when
                    metric in ('{{ shares | join("', '") }}')
                    and rest_root + reach_{{ percent }} > 1
                    then 1
                else sure_amount + power(rest_root + reach_{{ percent }}, 2)
            end as decimal(24, 6)
        ) as high_{{ percent }},
        {%- endfor %}
        cast(recorded_amount as decimal(24, 6)) as recorded,
        {%- for part in ['open', 'lead', 'customer'] %}
        cast(case when forecast_value is not null then {{ part }}_amount end as decimal(24, 6))
            as expected_{{ part }}_amount,
        {%- endfor %}
        -- Through a decimal, so that half a cent is rounded alike on every engine.
        cast(cast(
            case when not (is_missing or is_beyond_plan) then numerator end
            as decimal(34, 6)
        ) as decimal(28, 2)) as forecast_numerator,
        cast(
            case when is_ratio and not (is_missing or is_beyond_plan) then denominator end
            as decimal(28, 2)
        ) as forecast_denominator,
        forecast_reason,
        funnel = 'all' as is_total,
        period_kind = 'month'
        and (funnel = 'all') = (numerator_measure = 'spend_amount')
        and not is_ratio
        and not is_balance as is_additive
    from forecast_roots

)

select * from kpi_forecasts_by_period
