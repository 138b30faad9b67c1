{# Grain: one row per channel. What the leads of the last weeks cost per week, and what the planned
   leads will cost, with the same mix of channels. How leads grow with spend is fitted to the last
   twelve months; without enough of them, one per cent more spend gives one per cent more leads. #}
{#- A channel with fewer months has no fit of its own. -#}
{%- set least_months = 6 -%}
{#- Before the data, the elasticity is 1 with a standard deviation of 0.25; it is never below 0.3.
    -#}
{%- set prior_variance = 0.0625 -%}
{%- set least_elasticity = 0.3 -%}
{#- The smallest residual variance, so that months without any do not decide alone. -#}
{%- set least_noise = 0.0001 -%}
{%- set recent = [
    'leads.recent_weekly_leads', 'costs.cost_per_lead_amount', 'costs.spend_elasticity',
] -%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

targets as (select * from {{ ref('plan_targets') }} where scenario = 'base' and is_total),

spend_months as (

    select
        coalesce(spend.channel, 'unknown') as channel,
        cast({{ period_start('month', 'spend.spend_date') }} as timestamp) as month_start,
        sum({{ in_reporting_currency('spend.amount', 'rates.rate') }}) as spend_amount
    from spend
    inner join rates
        on {{ rate_applies('rates', 'spend.currency', 'cast(spend.spend_date as timestamp)') }}
    group by
        coalesce(spend.channel, 'unknown'),
        cast({{ period_start('month', 'spend.spend_date') }} as timestamp)

),

lead_months as (

    select
        first_channel as channel,
        {{ period_start('month', 'qualified_lead_at') }} as month_start,
        count(*) as lead_count
    from journeys
    where qualified_lead_at is not null
    group by first_channel, {{ period_start('month', 'qualified_lead_at') }}

),

channel_months as (

    -- The last twelve complete months.
    select
        spend_months.channel,
        {{ as_double('spend_months.spend_amount') }} as spend,
        lead_months.lead_count,
        ln({{ as_double('spend_months.spend_amount') }}) as log_spend,
        ln({{ as_double('lead_months.lead_count') }}) as log_leads
    from spend_months
    inner join lead_months
        on
            spend_months.channel = lead_months.channel
            and spend_months.month_start = lead_months.month_start
    where
        spend_months.spend_amount > 0
        and {{ days_from_cutoff('spend_months.month_start') }} between -380 and -28
        and {{ days_from_cutoff(add_days('spend_months.month_start', 31)) }} <= 1

),

channel_fits as (

    -- Least squares of the logarithm of leads on that of spend.
    select
        channel,
        count(*) as month_count,
        sum(spend) as spend,
        sum(lead_count) as lead_count,
        {{ as_double('count(*)') }} * var_pop(log_spend) as spend_spread,
        covar_pop(log_leads, log_spend) / nullif(var_pop(log_spend), 0) as slope,
        {{ as_double('count(*)') }} / greatest(count(*) - 2, 1) * (
            var_pop(log_leads)
            - power(covar_pop(log_leads, log_spend), 2) / nullif(var_pop(log_spend), 0)
        ) as noise
    from channel_months
    group by channel

),

channel_elasticities as (

    -- The mean of the slope and of the prior, each weighted by how certain it is.
    select
        *,
        case
            when month_count < {{ least_months }} or spend_spread is null or spend_spread = 0 then 1
            else least(greatest(
                (
                    slope * spend_spread / greatest(noise, {{ least_noise }})
                    + 1 / {{ prior_variance }}
                )
                / (spend_spread / greatest(noise, {{ least_noise }}) + 1 / {{ prior_variance }}),
                {{ least_elasticity }}
            ), 1)
        end as spend_elasticity
    from channel_fits

),

channel_costs as (

    select
        channel,
        cast(month_count as bigint) as month_count,
        {{ as_amount('spend / lead_count') }} as cost_per_lead_amount,
        {{ stable_double('spend_elasticity') }} as spend_elasticity
    from channel_elasticities

),

recent_leads as (

    select
        funnel,
        first_channel as channel,
        {{ as_double('count(*)') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads
    from journeys
    where
        {{ week_number('qualified_lead_at') }}
        between -{{ int_var('planning_recent_weeks') }} and -1
    group by funnel, first_channel

),

funnel_growth as (

    -- Planned leads per week beside those of the last weeks.
    select
        funnel,
        weekly_leads / recent_weekly_leads as planned,
        low_80_weekly_leads / recent_weekly_leads as low_80,
        high_80_weekly_leads / recent_weekly_leads as high_80,
        low_95_weekly_leads / recent_weekly_leads as low_95,
        high_95_weekly_leads / recent_weekly_leads as high_95
    from targets
    where weekly_leads / recent_weekly_leads is not null

),

channel_leads as (

    -- A funnel without a plan stays as it is. Where a funnel's plan has no upper end, the channel
    -- has none.
    select
        past.channel,
        {{ exact_sum('past.weekly_leads', 9) }} as recent_weekly_leads,
        {{ exact_sum('past.weekly_leads * coalesce(growth.planned, 1)', 6) }} as planned_leads,
        {{ exact_sum('past.weekly_leads * coalesce(growth.low_80, 1)', 6) }} as low_80_weekly_leads,
        case
            when count(growth.funnel) = count(growth.high_80)
                then {{ exact_sum('past.weekly_leads * coalesce(growth.high_80, 1)', 6) }}
        end as high_80_weekly_leads,
        {{ exact_sum('past.weekly_leads * coalesce(growth.low_95, 1)', 6) }} as low_95_weekly_leads,
        case
            when count(growth.funnel) = count(growth.high_95)
                then {{ exact_sum('past.weekly_leads * coalesce(growth.high_95, 1)', 6) }}
        end as high_95_weekly_leads
    from recent_leads as past
    left join funnel_growth as growth on past.funnel = growth.funnel
    group by past.channel

),

plan_budget as (

    select
        leads.channel,
        coalesce(costs.month_count, 0) as month_count,
        costs.cost_per_lead_amount,
        costs.spend_elasticity,
        leads.recent_weekly_leads,
        leads.planned_leads,
        {{ as_amount('costs.cost_per_lead_amount * leads.recent_weekly_leads') }}
            as recent_week_amount,
        {{ spend_for_leads('leads.planned_leads', *recent) }} as planned_week_amount,
        {{ spend_for_leads('leads.low_80_weekly_leads', *recent) }} as low_80_planned_week_amount,
        {{ spend_for_leads('leads.high_80_weekly_leads', *recent) }}
            as high_80_planned_week_amount,
        {{ spend_for_leads('leads.low_95_weekly_leads', *recent) }} as low_95_planned_week_amount,
        {{ spend_for_leads('leads.high_95_weekly_leads', *recent) }}
            as high_95_planned_week_amount
    from channel_leads as leads
    left join channel_costs as costs on leads.channel = costs.channel

)

select * from plan_budget
