{# Grain: one row a funnel and lever: what one point of a rate, one day of a wait or one per cent
   of price is worth. #}
{%- set sources = {
    'lead': ['new', 'lead'],
    'prospect': ['new', 'lead', 'prospect'],
    'opportunity': ['new', 'lead', 'prospect', 'opportunity'],
} -%}
with

arrivals as (

    select * from {{ ref('int_plan_arrivals_estimated') }}
    where scenario = 'base' and node = 'win' and source != 'first'

),

leads as (select * from {{ ref('int_plan_leads_aggregated') }} where scenario = 'base'),

periods as (select * from {{ ref('int_plan_periods_listed') }} where period = 'all' and has_target),

rates as (select * from {{ ref('plan_rates') }} where segment = 'all'),

weekly as (

    -- What the plan brings in a week, and its part in the planned time, now and a day earlier.
    select
        arrivals.funnel,
        arrivals.source,
        arrivals.sample_number,
        arrivals.won_value
        * case when arrivals.source = 'new' then steady.weekly_leads else 1 end as won_value,
        {{ week_in_period(0) }} as share_now,
        {{ week_in_period(1) }} as share_earlier
    from arrivals
    inner join leads as steady
        on arrivals.funnel = steady.funnel and steady.sample_number = 0
    inner join periods on arrivals.funnel = periods.funnel

),

levers as (
    {% for step, through in sources.items() %}
    select
        weekly.funnel,
        'rate' as lever,
        '{{ step }}' as step,
        weekly.sample_number,
        {{ exact_sum('weekly.won_value * weekly.share_now') }}
        * 0.01 / max(rates.advance_rate) as gained_value
    from weekly
    inner join rates on weekly.funnel = rates.funnel
    where
        rates.step = '{{ step }}'
        and weekly.source in (
            '{{ through | join("', '") }}'
        )
    group by weekly.funnel, weekly.sample_number
    union all
    select
        funnel,
        'wait' as lever,
        '{{ step }}' as step,
        sample_number,
        {{ exact_sum('won_value * (share_earlier - share_now)') }} as gained_value
    from weekly
    where
        source in (
            '{{ through | join("', '") }}'
        )
    group by funnel, sample_number
    union all
    {% endfor %}
    select
        funnel,
        'price' as lever,
        'opportunity' as step,
        sample_number,
        {{ exact_sum('won_value * share_now') }} * 0.01 as gained_value
    from weekly
    group by funnel, sample_number

),

told as (

    select
        funnel,
        lever,
        step,
        max(case when sample_number = 0 then gained_value end) as gained_value,
        {{ spread_of('gained_value') }} as deviation
    from levers
    group by funnel, lever, step

),

plan_levers as (

    select
        funnel,
        lever,
        step,
        row_number() over (partition by funnel order by gained_value desc, lever asc, step asc)
            as lever_rank,
        {{ as_amount('gained_value') }} as gained_amount,
        {{ amount_intervals('gained_value', 'deviation') }}
    from told
    where gained_value is not null

)

select * from plan_levers
