{# Grain: one row per period that is not over, funnel, part and measure. What its forecast is made
   of. Parts: so_far (recorded in the period, its target included), before and expected (expected
   before the period starts, and in it), prior (the period before), now (the period under way at the
   cutoff), last_complete (the last one that is over), last_year (52 weeks, 12 months or 4 quarters
   that are over). Of journeys that are expected to pass a stage, as many qualify as in the last
   year. #}
with

periods as (

    select
        *,
        max(case when is_complete then period_number else 0 end) over (partition by period_kind)
        - period_number as later_complete_count,
        max(case when is_started then period_number end) over (partition by period_kind)
        = period_number as is_last_started,
        case period_kind when 'week' then 52 when 'month' then 12 else 4 end as periods_per_year
    from {{ ref('int_reporting_periods_listed') }}

),

forecast_periods as (select * from periods where not is_complete),

qualified_shares as (

    -- The plan moves journeys on whether they qualify for a stage or bypass it.
    select
        funnel,
        'entered_' || stage as measure,
        avg(case when is_qualified then 1e0 else 0e0 end) as qualified_share
    from {{ ref('fct_lifecycle') }}
    where stage_entry_number = 1 and entered_at >= {{ add_days(cutoff(), -365) }}
    group by funnel, stage

),

expected_days as (

    select
        days.funnel,
        days.measure,
        days.day_number,
        cast(
            days.expected_volume * coalesce(qualified_shares.qualified_share, 1)
            as decimal(28, 10)
        ) as expected_volume
    from {{ ref('int_forecast_days_estimated') }} as days
    left join qualified_shares
        on days.funnel = qualified_shares.funnel and days.measure = qualified_shares.measure

),

measures as (select * from {{ ref('int_kpi_measures_aggregated') }} where funnel != 'all'),

recorded_measures as (

    select
        measures.*,
        periods.is_last_started,
        periods.is_complete and periods.later_complete_count = 0 as is_last_complete,
        periods.is_complete and periods.later_complete_count < periods.periods_per_year
            as is_last_year
    from measures
    inner join periods
        on
            measures.period_kind = periods.period_kind
            and measures.period_start = periods.period_start

),

forecast_parts as (

    select
        forecast_periods.period_kind,
        forecast_periods.period_start,
        expected_days.funnel,
        case
            when expected_days.day_number < forecast_periods.first_day_number then 'before'
            else 'expected'
        end as part,
        expected_days.measure,
        expected_days.expected_volume as total
    from forecast_periods
    inner join expected_days on forecast_periods.next_day_number > expected_days.day_number
    {%- for part, condition in [
        ('so_far', 'forecast_periods.period_start = recorded_measures.period_start'),
        ('prior',
         'forecast_periods.prior_start = recorded_measures.period_start'
         ~ ' and forecast_periods.is_started'),
        ('now', 'recorded_measures.is_last_started'),
        ('last_complete', 'recorded_measures.is_last_complete'),
        ('last_year', 'recorded_measures.is_last_year'),
    ] %}
    union all
    select
        forecast_periods.period_kind,
        forecast_periods.period_start,
        recorded_measures.funnel,
        '{{ part }}' as part,
        recorded_measures.measure,
        recorded_measures.total
    from forecast_periods
    inner join recorded_measures
        on
            forecast_periods.period_kind = recorded_measures.period_kind
            and {{ condition }}
    {%- endfor %}

),

int_forecast_inputs_collected as (

    select
        period_kind,
        period_start,
        funnel,
        part,
        measure,
        cast(sum(total) as decimal(28, 10)) as total
    from forecast_parts
    group by period_kind, period_start, funnel, part, measure

)

select * from int_forecast_inputs_collected
