{# Grain: one row a scenario, funnel and sample: the leads a week that give the targets of all
   months together. #}
with

revenue as (select * from {{ ref('int_plan_revenue_aggregated') }} where period = 'all' and source != 'first'),

periods as (select * from {{ ref('int_plan_periods_listed') }} where period = 'all' and has_target),

sampled as (

    select
        scenario,
        funnel,
        sample_number,
        {{ exact_sum("case when source != 'new' then won_value else 0 end") }} as open_value,
        {{ exact_sum("case when source = 'new' then won_value else 0 end") }} as lead_value
    from revenue
    group by scenario, funnel, sample_number

),

int_plan_leads_aggregated as (

    select
        sampled.scenario,
        sampled.funnel,
        sampled.sample_number,
        greatest(
            ({{ as_double('periods.new_amount - periods.won_amount') }} - sampled.open_value)
            / nullif(sampled.lead_value, 0), 0
        ) as weekly_leads,
        cast(ceil(periods.before_day / 7) as bigint) as week_count
    from sampled
    inner join periods on sampled.funnel = periods.funnel
    where sampled.lead_value > 0

)

select * from int_plan_leads_aggregated
