-- Law 9: the published leads, walked forwards week by week through the published rates, with what
-- waits at the cutoff, give back the target of new customers within half a per cent, wherever
-- leads are needed.
{%- set steps = ['lead', 'prospect', 'opportunity'] %}
with

leads as (

    select
        funnel,
        week_number,
        planned_volume
    from {{ ref('plan_weeks') }}
    where scenario = 'base' and node = 'lead'

),

prices as (select * from {{ ref('int_plan_prices_estimated') }} where sample_number = 0),

waits as (select * from {{ ref('int_plan_life_tables_estimated') }} where sample_number = 0),

drifts as (select * from {{ ref('int_plan_rate_trends_combined') }}),

rates as (

    {{ moving_rates() }}

),

walked_0 as (

    select
        leads.funnel,
        prices.segment,
        leads.week_number,
        leads.planned_volume * prices.mix_share as volume
    from leads
    inner join prices on leads.funnel = prices.funnel

),
{% for step in steps %}
walked_{{ loop.index }} as (

    select
        arrived.funnel,
        arrived.segment,
        arrived.week_number,
        sum(arrived.volume) as volume
    from (
        select
            before.funnel,
            before.segment,
            before.week_number + rates.waited_weeks as week_number,
            before.volume * rates.advance_rate
            * {{ drifted('before.week_number + rates.waited_weeks') }} as volume
        from walked_{{ loop.index0 }} as before
        inner join rates on {{ same('before', 'rates', ['funnel', 'segment']) }}
        where rates.step = '{{ step }}'
        union all
        select
            rates.funnel,
            rates.segment,
            rates.waited_weeks - held.waited_weeks as week_number,
            held.open_count / held.still_rate * rates.advance_rate
            * {{ drifted('rates.waited_weeks - held.waited_weeks') }} as volume
        from rates as held
        inner join rates
            on
                {{ same('held', 'rates', ['funnel', 'segment', 'step']) }}
                and held.waited_weeks <= rates.waited_weeks
        where held.step = '{{ step }}' and held.waited_weeks > 0
    ) as arrived
    where arrived.week_number < {{ int_var('planning_weeks') }}
    group by arrived.funnel, arrived.segment, arrived.week_number

),
{% endfor %}
days as ({{ whole_numbers(0, 6) }}),

given as (

    -- A week's revenue falls on its seven days alike.
    select
        walked_3.funnel,
        sum(walked_3.volume * prices.mean_price) / 7 as given_value
    from walked_3
    cross join days
    inner join prices on {{ same('walked_3', 'prices', ['funnel', 'segment']) }}
    inner join {{ ref('int_plan_periods_listed') }} as months
        on
            walked_3.funnel = months.funnel
            and 7 * walked_3.week_number + days.number >= months.from_day
            and 7 * walked_3.week_number + days.number < months.before_day
    where months.target_month is not null and months.has_target
    group by walked_3.funnel

)

select
    targets.funnel,
    targets.new_amount,
    targets.won_amount,
    given.given_value
from {{ ref('plan_targets') }} as targets
left join given on targets.funnel = given.funnel
where
    targets.scenario = 'base'
    and targets.period = 'all'
    and targets.weekly_leads > 0
    and abs(coalesce(given.given_value, 0) + targets.won_amount - targets.new_amount)
    > 0.005 * targets.new_amount
