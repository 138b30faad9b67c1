{# Grain: one row a period that is not over, funnel, part and measure: what its forecast is made
   of. #}
{%- set year = {'week': 52, 'month': 12, 'quarter': 4} -%}
with

coming as (select * from {{ ref('int_coming_periods_listed') }}),

days as (select * from {{ ref('int_expected_days_estimated') }}),

totals as (select * from {{ ref('int_kpi_measures_aggregated') }} where funnel != 'all'),

periods as (

    select
        *,
        max(case when is_complete then period_number else 0 end) over (partition by period_kind)
        - period_number as periods_ago,
        max(period_number) over (partition by period_kind) = period_number as is_last
    from {{ ref('int_reporting_periods_listed') }}

),

known as (

    select
        totals.*,
        periods.is_last,
        periods.is_complete,
        periods.periods_ago,
        periods.is_complete and periods.periods_ago < case totals.period_kind
            {%- for kind, count in year.items() %}
            when '{{ kind }}' then {{ count }}
            {%- endfor %}
        end as is_last_year
    from totals
    inner join periods
        on
            totals.period_kind = periods.period_kind
            and totals.period_start = periods.period_start

),

parted as (

    select
        coming.period_kind,
        coming.period_start,
        days.funnel,
        case when days.day_number < coming.from_day_number then 'before' else 'expected' end
            as part,
        days.measure,
        days.expected_volume as total
    from coming
    inner join days on coming.before_day_number > days.day_number
    {%- for part, test in {
        'so_far': 'coming.period_start = known.period_start',
        'opening': 'coming.has_begun and coming.prior_start = known.period_start',
        'now': 'known.is_last',
        'last_whole': 'known.is_complete and known.periods_ago = 0',
        'last_year': 'known.is_last_year',
    }.items() %}
    union all
    select
        coming.period_kind,
        coming.period_start,
        known.funnel,
        '{{ part }}' as part,
        known.measure,
        known.total
    from coming
    inner join known on coming.period_kind = known.period_kind and {{ test }}
    {%- endfor %}
    union all
    select
        coming.period_kind,
        coming.period_start,
        totals.funnel,
        'target' as part,
        totals.measure,
        totals.total
    from coming
    inner join totals on {{ same('coming', 'totals', ['period_kind', 'period_start']) }}
    where totals.measure = 'new_target'

),

int_forecast_parts_estimated as (

    select
        period_kind,
        period_start,
        funnel,
        part,
        measure,
        cast(sum(total) as decimal(28, 10)) as total
    from parted
    group by period_kind, period_start, funnel, part, measure

)

select * from int_forecast_parts_estimated
