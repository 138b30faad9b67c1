{# Grain: one row a channel: what its leads cost, and what more money brings. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

spent as (

    select
        coalesce(spend.channel, 'unknown') as channel,
        date_trunc('month', cast(spend.spend_date as timestamp)) as month_start,
        sum({{ in_reporting_currency('spend.amount', 'rates.rate') }}) as amount
    from spend
    inner join rates
        on {{ rate_applies('rates', 'spend.currency', 'cast(spend.spend_date as timestamp)') }}
    group by
        coalesce(spend.channel, 'unknown'), date_trunc('month', cast(spend.spend_date as timestamp))

),

won as (

    select
        coalesce(first_channel, 'unknown') as channel,
        date_trunc('month', lead_at) as month_start,
        count(*) as lead_count
    from journeys
    where lead_at is not null
    group by coalesce(first_channel, 'unknown'), date_trunc('month', lead_at)

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

int_plan_channels_aggregated as (

    -- One per cent more money brings one per cent more leads, give or take a quarter, unless the
    -- months show that it brings less.
    select
        channel,
        cast(month_count as bigint) as month_count,
        cast(lead_count as bigint) as lead_count,
        {{ as_amount('amount') }} as spend_amount,
        {{ as_amount('amount / lead_count') }} as lead_cost_amount,
        {{ settled('case
            when month_count < 6 or spread is null or spread = 0 then 1
            else least(greatest(
                (slope * spread / greatest(noise, 0.0001) + 1 / 0.0625)
                / (spread / greatest(noise, 0.0001) + 1 / 0.0625), 0.3
            ), 1)
        end') }} as returns_power
    from fitted

)

select * from int_plan_channels_aggregated
