{# Grain: one row a scenario, funnel and period: all that its plan is solved from, as money a
   weekly lead and money without any. #}
{%- set steps = {
    'lead': "'lead'",
    'prospect': "'lead', 'prospect'",
    'opportunity': "'lead', 'prospect', 'opportunity'",
} -%}
{%- set values = [
    'open_value', 'lead_value', 'open_chance', 'lead_chance', 'open_wins', 'lead_wins'
] -%}
with

revenue as (select * from {{ ref('plan_revenue') }} where source != 'first'),

drifts as (select * from {{ ref('plan_drifts') }}),

periods as (select * from {{ ref('plan_periods') }} where has_target),

sampled as (

    select
        scenario,
        funnel,
        period,
        {%- for kind, test in {'open': "!= 'new'", 'lead': "= 'new'"}.items() %}
        {{ exact_sum('case when source ' ~ test ~ ' then won_value else 0 end') }}
            as {{ kind }}_value,
        {{ exact_sum('case when source ' ~ test ~ ' then square_value else 0 end') }}
            as {{ kind }}_chance,
        {{ exact_sum('case when source ' ~ test ~ ' then win_volume else 0 end', 12) }}
            as {{ kind }}_wins,
        {%- endfor %}
        {%- for step, sources in steps.items() %}
        {{ exact_sum('case when source in (' ~ sources ~ ') then won_value else 0 end') }}
            as {{ step }}_open_value,
        {%- endfor %}
        sample_number
    from revenue
    group by scenario, funnel, period, sample_number

),

estimated as (

    select
        scenario,
        funnel,
        period,
        {%- for column in values %}
        max(case when sample_number = 0 then {{ column }} end) as {{ column }},
        {%- endfor %}
        {%- for step in steps %}
        max(case when sample_number = 0 then {{ step }}_open_value end) as {{ step }}_open_value,
        {%- endfor %}
        power({{ spread_of('open_value') }}, 2) as open_variance,
        power({{ spread_of('lead_value') }}, 2) as lead_variance,
        {{ plan_samples() | int - 1 }} * {{ exact_covariance('open_value', 'lead_value') }}
            as covariance
    from sampled
    group by scenario, funnel, period

),

moved as (

    -- Rates may go on moving until the period's wins enter their steps, well before its middle.
    select
        periods.funnel,
        {%- for step in steps %}
        coalesce(sum(case
            when drifts.step = '{{ step }}' then
                drifts.stray_variance + drifts.drift_variance
                * power(
                    least(0.3 * (periods.from_day + periods.before_day) / 365, 0.5)
                    - drifts.mean_years,
                    2
                )
        end), 0) as {{ step }}_variance,
        {%- endfor %}
        periods.period
    from periods
    left join drifts on periods.funnel = drifts.funnel
    group by periods.funnel, periods.period

),

plan_sums as (

    select
        estimated.scenario,
        estimated.funnel,
        estimated.period,
        {{ as_double('periods.new_amount') }} as target_value,
        {{ as_double('periods.won_amount') }} as won_value,
        periods.before_day,
        estimated.open_value,
        estimated.lead_value,
        estimated.open_wins,
        estimated.lead_wins,
        estimated.open_chance,
        estimated.lead_chance,
        estimated.open_variance
        {%- for step in steps %}
        + moved.{{ step }}_variance * power(estimated.{{ step }}_open_value, 2)
        {%- endfor %} as open_variance,
        estimated.lead_variance
        + power(estimated.lead_value, 2)
        * (moved.lead_variance + moved.prospect_variance + moved.opportunity_variance)
            as lead_variance,
        estimated.covariance
        {%- for step in steps %}
        + moved.{{ step }}_variance * estimated.{{ step }}_open_value * estimated.lead_value
        {%- endfor %} as covariance
    from estimated
    inner join periods on {{ same('estimated', 'periods', ['funnel', 'period']) }}
    inner join moved on {{ same('estimated', 'moved', ['funnel', 'period']) }}

)

select * from plan_sums
