{# Grain: one row a funnel and lever: what one point of a rate, one day of a wait or one per cent of price is worth. #}
{%- set sources = {
    'lead': ['new', 'lead'], 'prospect': ['new', 'lead', 'prospect'], 'opportunity': ['new', 'lead', 'prospect', 'opportunity']
} -%}
with

arrivals as (

    select * from {{ ref('plan_arrivals') }}
    where scenario = 'base' and node = 'win' and source != 'first'

),

leads as (select * from {{ ref('plan_leads') }} where scenario = 'base'),

periods as (select * from {{ ref('plan_periods') }} where period = 'all' and has_target),

rates as (select * from {{ ref('plan_rates') }} where segment = 'all'),

weekly as (

    -- Money that the plan brings in a week, and what of it a day less would bring into the time that counts, or out of it.
    select
        arrivals.funnel,
        arrivals.source,
        arrivals.sample_number,
        arrivals.won_value
        * case when arrivals.source = 'new' then steady.weekly_leads else 1 end as won_value,
        case
            when
                7 * arrivals.week_number >= periods.before_day
                or 7 * arrivals.week_number + 7 <= periods.from_day then 0
            else (
                least(7 * arrivals.week_number + 7, periods.before_day)
                - greatest(7 * arrivals.week_number, periods.from_day)
            ) / 7
        end as share_now,
        case
            when
                7 * arrivals.week_number - 1 >= periods.before_day
                or 7 * arrivals.week_number + 6 <= periods.from_day then 0
            else (
                least(7 * arrivals.week_number + 6, periods.before_day)
                - greatest(7 * arrivals.week_number - 1, periods.from_day, -1)
            ) / 7
        end as share_earlier
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
        sum(weekly.won_value * weekly.share_now) * 0.01 / max(rates.advance_rate) as gained_value
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
        sum(won_value * (share_earlier - share_now)) as gained_value
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
        sum(won_value * share_now) * 0.01 as gained_value
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
        cast(
            row_number()
                over (partition by funnel order by gained_value desc, lever asc, step asc)
            as bigint
        )
            as lever_rank,
        {{ as_amount('gained_value') }} as gained_amount,
        {{ as_amount('gained_value - ' ~ plan_quantile(80) ~ ' * deviation') }} as low_80_amount,
        {{ as_amount('gained_value + ' ~ plan_quantile(80) ~ ' * deviation') }} as high_80_amount,
        {{ as_amount('gained_value - ' ~ plan_quantile(95) ~ ' * deviation') }} as low_95_amount,
        {{ as_amount('gained_value + ' ~ plan_quantile(95) ~ ' * deviation') }} as high_95_amount
    from told
    where gained_value is not null

)

select * from plan_levers
