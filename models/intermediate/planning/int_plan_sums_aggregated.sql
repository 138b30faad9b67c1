{# Grain: one row a scenario, funnel and period: all that its plan is solved from, as money a
   weekly lead and money without any. #}
{%- set values = [
    'open_value', 'lead_value', 'open_chance', 'lead_chance', 'open_wins', 'lead_wins'
] -%}
with

revenue as (select * from {{ ref('int_plan_revenue_aggregated') }} where source != 'first'),

periods as (select * from {{ ref('int_plan_periods_listed') }} where has_target),

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
        {{ covariance_of('open_value', 'open_value') }} as open_variance,
        {{ covariance_of('lead_value', 'lead_value') }} as lead_variance,
        {{ covariance_of('open_value', 'lead_value') }} as covariance
    from sampled
    group by scenario, funnel, period

),

int_plan_sums_aggregated as (

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
        estimated.open_variance,
        estimated.lead_variance,
        estimated.covariance
    from estimated
    inner join periods on {{ same('estimated', 'periods', ['funnel', 'period']) }}

)

select * from int_plan_sums_aggregated
