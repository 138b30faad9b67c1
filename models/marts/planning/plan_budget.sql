{# Grain: one row a channel: what its leads cost, and what the planned ones will. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

spend as (select * from {{ ref('int_ad_spend_unioned') }} where reason_code is null),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

targets as (

    select * from {{ ref('plan_targets') }} where scenario = 'base' and period = 'all'

),

spent as (

    select
        coalesce(spend.channel, 'none') as channel,
        date_trunc('month', cast(spend.spend_date as timestamp)) as month_start,
        sum({{ at_rate('spend.amount') }}) as amount
    from spend
    inner join rates
        on {{ rate_holds('spend.currency', 'cast(spend.spend_date as timestamp)') }}
    group by 1, 2

),

won as (

    select
        coalesce(first_channel, 'none') as channel,
        date_trunc('month', lead_at) as month_start,
        count(*) as lead_count
    from journeys
    where lead_at is not null
    group by 1, 2

),

months as (

    -- The last twelve months that are over.
    select
        spent.channel,
        {{ as_double('spent.amount') }} as amount,
        won.lead_count,
        ln({{ as_double('spent.amount') }}) as log_amount,
        ln({{ as_double('won.lead_count') }}) as log_leads
    from spent
    inner join won on {{ same('spent', 'won', ['channel', 'month_start']) }}
    where
        spent.amount > 0
        and {{ days_from_cutoff('spent.month_start') }} between -380 and -28
        and {{ days_from_cutoff(add_days('spent.month_start', 31)) }} <= 1

),

fitted as (

    select
        channel,
        count(*) as month_count,
        sum(amount) as amount,
        sum(lead_count) as lead_count,
        {{ as_double('count(*)') }} * var_pop(log_amount) as spread,
        covar_pop(log_leads, log_amount) / nullif(var_pop(log_amount), 0) as slope,
        {{ as_double('count(*)') }} / greatest(count(*) - 2, 1) * (
            var_pop(log_leads)
            - power(covar_pop(log_leads, log_amount), 2) / nullif(var_pop(log_amount), 0)
        ) as noise
    from months
    group by channel

),

returns as (

    -- One per cent more money brings one per cent more leads, give or take a quarter, unless the
    -- months show that it brings less.
    select
        channel,
        month_count,
        amount,
        lead_count,
        case
            when month_count < 6 or spread is null or spread = 0 then 1
            else least(greatest(
                (slope * spread / greatest(noise, 0.0001) + 1 / 0.0625)
                / (spread / greatest(noise, 0.0001) + 1 / 0.0625), 0.3
            ), 1)
        end as returns_power
    from fitted

),

recent as (

    select
        funnel,
        coalesce(first_channel, 'none') as channel,
        {{ as_double('count(*)') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads
    from journeys
    where {{ week_number('lead_at') }} between -{{ int_var('planning_recent_weeks') }} and -1
    group by funnel, coalesce(first_channel, 'none')

),

wanted as (

    select
        recent.channel,
        sum(recent.weekly_leads) as today_leads
        {%- for column in ['weekly_leads', 'low_80_leads', 'high_80_leads', 'low_95_leads', 'high_95_leads'] %},
        sum(recent.weekly_leads * coalesce(targets.{{ column }} / targets.today_leads, 1)) as {{ column }}
        {%- endfor %}
    from recent
    left join targets on recent.funnel = targets.funnel
    group by recent.channel

),

plan_budget as (

    select
        wanted.channel,
        coalesce(returns.month_count, 0) as month_count,
        {{ as_amount('returns.amount / returns.lead_count') }} as lead_cost_amount,
        returns.returns_power,
        wanted.today_leads,
        wanted.weekly_leads as planned_leads,
        {{ as_amount('returns.amount / returns.lead_count * wanted.today_leads') }} as today_week_amount
        {%- for column, name in [
            ('weekly_leads', 'planned_week'), ('low_80_leads', 'low_80'), ('high_80_leads', 'high_80'),
            ('low_95_leads', 'low_95'), ('high_95_leads', 'high_95')
        ] %},
        {{ as_amount(
            'returns.amount / returns.lead_count * wanted.today_leads * power(wanted.' ~ column
            ~ ' / wanted.today_leads, 1 / returns.returns_power)'
        ) }} as {{ name }}_amount
        {%- endfor %}
    from wanted
    left join returns on wanted.channel = returns.channel

)

select * from plan_budget
