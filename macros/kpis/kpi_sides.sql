{# The query of every period, funnel and KPI with the sums that it is made of (numerator, divisor; null where there is none), from
   the CTEs kpis, funnels and derived, and the one that is named for the periods. #}
{% macro kpi_sides(periods) -%}
    select
        {{ periods }}.*,
        funnels.funnel,
        kpis.metric,
        kpis.denominator,
        numerators.total as numerator,
        denominators.total as divisor
    from {{ periods }}
    cross join funnels
    cross join kpis
    {%- for side in ['numerator', 'denominator'] %}
    left join derived as {{ side }}s
        on
            {{ same(periods, side ~ 's', ['period_kind', 'period_start']) }}
            and funnels.funnel = {{ side }}s.funnel
            and kpis.{{ side }} = {{ side }}s.measure
    {%- endfor %}
    where
        (kpis.is_weekly or {{ periods }}.period_kind != 'week')
        and (kpis.numerator != 'spend_amount' or funnels.funnel = 'all')
{%- endmacro %}
