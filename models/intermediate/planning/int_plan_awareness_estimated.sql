{# Grain: one row a scenario, funnel, sample and week: how many people must hear of us for the
   leads that the plan wants later. #}
with

waits as (select * from {{ ref('int_plan_life_tables_estimated') }} where step = 'awareness'),

arrivals as (

    select * from {{ ref('int_plan_arrivals_estimated') }} where source = 'new' and node = 'lead'

),

leads as (select * from {{ ref('int_plan_leads_aggregated') }}),

pooled as (

    select
        funnel,
        sample_number,
        waited_weeks,
        {{ exact_sum('advance_rate * joined', 12) }} / nullif(sum(joined), 0) as advance_rate
    from (
        select
            *,
            {{ as_double('sum(joined_count) over (partition by funnel, segment, sample_number)') }}
                as joined
        from waits
    ) as weighted
    group by funnel, sample_number, waited_weeks

),

backwards as (

    -- How long before they became leads those who did had first heard of us.
    select
        *,
        advance_rate / power(
            nullif(
                {{ exact_sum('advance_rate', 12, over='partition by funnel, sample_number') }}, 0
            ), 2
        ) as aware_a_lead
    from pooled

),

int_plan_awareness_estimated as (

    select
        arrivals.scenario,
        arrivals.funnel,
        arrivals.sample_number,
        arrivals.week_number - backwards.waited_weeks as week_number,
        {{ exact_sum(
            'arrivals.entry_volume * leads.weekly_leads * backwards.aware_a_lead', 12
        ) }} as entry_volume
    from arrivals
    inner join leads on {{ same('arrivals', 'leads', ['scenario', 'funnel', 'sample_number']) }}
    inner join backwards on {{ same('arrivals', 'backwards', ['funnel', 'sample_number']) }}
    where
        arrivals.week_number < leads.week_count
        and arrivals.week_number >= backwards.waited_weeks
    group by
        arrivals.scenario, arrivals.funnel, arrivals.sample_number,
        arrivals.week_number - backwards.waited_weeks

)

select * from int_plan_awareness_estimated
