{# A query: numerator and denominator of each KPI by period and funnel, null where there is no measure. Ad spend is known for the whole
   company only. periods, funnels, kpis, measures: names of CTEs with the columns of int_reporting_periods_listed, funnels, kpi_list and
   int_kpi_measures_aggregated. #}
{% macro kpi_parts(periods, funnels, kpis, measures) -%}
    select
        periods.period_kind,
        periods.period_start,
        periods.next_day_number,
        funnels.funnel,
        kpis.metric,
        kpis.numerator as numerator_measure,
        kpis.denominator is not null as is_ratio,
        kpis.is_balance,
        numerators.total as numerator,
        denominators.total as denominator
    from {{ periods }} as periods
    cross join {{ funnels }} as funnels
    cross join {{ kpis }} as kpis
    {%- for part in ['numerator', 'denominator'] %}
    left join {{ measures }} as {{ part }}s
        on
            periods.period_kind = {{ part }}s.period_kind
            and periods.period_start = {{ part }}s.period_start
            and funnels.funnel = {{ part }}s.funnel
            and kpis.{{ part }} = {{ part }}s.measure
    {%- endfor %}
    where
        (kpis.is_weekly or periods.period_kind != 'week')
        and (kpis.numerator != 'spend_amount' or funnels.funnel = 'all')
{%- endmacro %}
