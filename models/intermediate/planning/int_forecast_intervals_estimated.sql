{# Grain: one row per period that is not over, funnel (and all of them) and KPI. How far a forecast
   of what is left of the period reaches to each side, measured on the square root of the KPI: the
   same wait and length, forecast from each past week (month) by what had happened until then.
   On the root, the luck of counts and of sums of amounts is as wide whatever their size. #}
{%- set periods_before = {'sum': {'week': 13, 'month': 3}, 'ratio': {'week': 52, 'month': 12}} -%}
{%- set least_before = {'week': 13, 'month': 6} -%}
{%- set known_measures = "'opening_pipeline_amount', 'due_opening_amount'" -%}
{%- set unit_days = {'week': '7.0', 'month': '30.4375'} -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

kpi_values as (select * from {{ ref('int_kpi_values_aggregated') }}),

kpis as (

    -- A balance, and what spans a year or a fixed window, goes on from its last value.
    select
        metric,
        numerator,
        case when is_weekly then 'week' else 'month' end as unit_kind,
        case
            when is_balance or numerator like 'year^_%' escape '^' or numerator like 'velocity%'
                then 'level'
            when denominator is null then 'sum'
            else 'ratio'
        end as error_form
    from {{ ref('kpi_list') }}

),

recorded_values as (

    select
        kpi_values.funnel,
        kpi_values.metric,
        kpis.unit_kind,
        kpis.error_form,
        kpis.numerator as numerator_measure,
        kpi_values.period_start,
        {{ as_double('greatest(kpi_values.numerator, 0)') }} as numerator,
        {{ as_double('coalesce(kpi_values.denominator, 1)') }} as denominator,
        max(kpi_values.numerator) over (
            partition by kpi_values.funnel, kpi_values.metric order by kpi_values.period_start
        ) as largest_so_far
    from kpi_values
    inner join kpis
        on kpi_values.metric = kpis.metric and kpi_values.period_kind = kpis.unit_kind
    inner join periods
        on
            kpi_values.period_kind = periods.period_kind
            and kpi_values.period_start = periods.period_start
    where periods.is_complete and kpi_values.numerator is not null

),

numbered_values as (

    -- A series starts with the first period in which there was anything to count.
    select
        *,
        row_number() over series as unit_number,
        sum(numerator) over series as numerator_until,
        sum(denominator) over series as denominator_until
    from recorded_values
    where largest_so_far > 0
    window series as (partition by funnel, metric order by period_start)

),

forecast_spans as (
    {% for unit_kind, days in unit_days.items() %}
    select
        period_kind,
        period_start,
        '{{ unit_kind }}' as unit_kind,
        cast(round(first_day_number / {{ days }}) as bigint) as wait_count,
        cast(greatest(round((next_day_number - first_day_number) / {{ days }}), 1) as bigint)
            as rest_count,
        cast(greatest(
            round({{ days_between('starts_at', 'next_starts_at') }} / {{ days }}), 1
        ) as bigint) as whole_count,
        {{ as_double('next_day_number - first_day_number') }}
        / {{ days_between('starts_at', 'next_starts_at') }} as left_rate,
        {{ as_double('next_day_number') }} / {{ days }} as ahead_ratio,
        is_started
    from periods
    where not is_complete{% if unit_kind == 'month' %} and period_kind != 'week'{% endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

past_spans as (

    -- From each past moment (before) to the start and the end of a span like the one to forecast.
    select
        forecast_spans.period_kind,
        forecast_spans.period_start,
        forecast_spans.left_rate,
        forecast_spans.ahead_ratio,
        forecast_spans.is_started,
        forecast_spans.wait_count + case values_before.error_form
            when 'ratio' then forecast_spans.whole_count else forecast_spans.rest_count
        end as span_count,
        forecast_spans.rest_count,
        values_before.funnel,
        values_before.metric,
        values_before.error_form,
        values_before.numerator_measure,
        values_before.unit_kind,
        values_before.unit_number,
        values_before.unit_number + forecast_spans.wait_count as start_number,
        case
            {%- for form, units in periods_before.items() %}
            {%- for unit_kind, count in units.items() %}
            when
                values_before.error_form = '{{ form }}'
                and values_before.unit_kind = '{{ unit_kind }}'
                then values_before.unit_number - {{ count }}
            {%- endfor %}
            {%- endfor %}
        end as trailing_number,
        values_before.numerator,
        values_before.denominator,
        values_before.numerator_until,
        values_before.denominator_until
    from forecast_spans
    inner join numbered_values as values_before
        on forecast_spans.unit_kind = values_before.unit_kind
    where
        values_before.unit_number >= case values_before.unit_kind
            {%- for unit_kind, count in least_before.items() %}
            when '{{ unit_kind }}' then {{ count }}
            {%- endfor %}
        end

),

past_forecasts as (

    select
        past_spans.*,
        case past_spans.error_form
            when 'level' then values_after.numerator / nullif(values_after.denominator, 0)
            when 'sum' then values_after.numerator_until - values_start.numerator_until
            else
                (values_after.numerator_until - values_start.numerator_until)
                / nullif(values_after.denominator_until - values_start.denominator_until, 0)
        end as came,
        case past_spans.error_form
            when 'level' then past_spans.numerator / nullif(past_spans.denominator, 0)
            when 'sum'
                then
                    (past_spans.numerator_until - coalesce(trailing_values.numerator_until, 0))
                    / least(
                        past_spans.unit_number,
                        past_spans.unit_number - past_spans.trailing_number
                    )
                    * past_spans.rest_count
            else
                (past_spans.numerator_until - coalesce(trailing_values.numerator_until, 0))
                / nullif(
                    past_spans.denominator_until - coalesce(trailing_values.denominator_until, 0), 0
                )
        end as expected
    from past_spans
    inner join numbered_values as values_start
        on
            past_spans.funnel = values_start.funnel
            and past_spans.metric = values_start.metric
            and past_spans.start_number = values_start.unit_number
    inner join numbered_values as values_after
        on
            past_spans.funnel = values_after.funnel
            and past_spans.metric = values_after.metric
            and past_spans.unit_number + past_spans.span_count = values_after.unit_number
    left join numbered_values as trailing_values
        on
            past_spans.funnel = trailing_values.funnel
            and past_spans.metric = trailing_values.metric
            and past_spans.trailing_number = trailing_values.unit_number

),

root_errors as (

    select
        *,
        sqrt(greatest(came, 0)) - sqrt(greatest(expected, 0)) as root_error
    from past_forecasts
    where came is not null and expected is not null

),

error_sizes as (

    -- The forecast of recurring revenue has its growth; only what differs from it is an error.
    select
        period_kind,
        period_start,
        funnel,
        metric,
        count(*) as past_count,
        {{ as_double('count(*)') }} / max(span_count) as separate_count,
        sqrt(greatest(
            {{ exact_sum('root_error * root_error', 12) }} / count(*)
            - case
                when max(numerator_measure) = 'mrr_closing_amount'
                    then power({{ exact_sum('root_error', 12) }} / count(*), 2)
                else 0
            end,
            0
        )) * sqrt(case
            -- Coverage is known when its period has begun.
            when is_started and max(numerator_measure) in ({{ known_measures }}) then 0
            when max(error_form) = 'sum' then 1
            when max(error_form) = 'ratio' then max(left_rate)
            else least(max(ahead_ratio) / max(span_count), 1)
        end) as error_deviation
    from root_errors
    group by period_kind, period_start, is_started, funnel, metric
    having count(*) >= {{ int_var('minimum_group_size') }}

),

int_forecast_intervals_estimated as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        past_count,
        cast(
            error_deviation * {{ t_quantile_of('80', 'greatest(separate_count, 2)') }}
            as decimal(28, 6)
        ) as reach_80,
        cast(
            error_deviation * {{ t_quantile_of('95', 'greatest(separate_count, 2)') }}
            as decimal(28, 6)
        ) as reach_95
    from error_sizes

)

select * from int_forecast_intervals_estimated
