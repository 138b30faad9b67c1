{# Grain: one row per funnel, measure and day to come. What the plan's base scenario expects on each
   day if new leads come as often as today: entries of the plan's nodes, revenue of new customers,
   and what today's customers renew and add. #}
with

arrivals as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where scenario = 'base' and sample_number = 0 and inflow != 'first_lead'

),

limits as (select * from {{ ref('int_plan_lead_limits_estimated') }}),

node_stages as (select * from {{ ref('lifecycle_stages') }} where planning_node is not null),

renewals as (

    select
        *,
        {{ days_from_cutoff('cast(period_start as timestamp)') }} as first_day_number,
        {{ days_from_cutoff(next_month('period_start')) }} as next_day_number
    from {{ ref('int_plan_renewals_estimated') }}

),

days as ({{ whole_numbers(0, '7 * ' ~ int_var('planning_weeks') ~ ' - 1') }}),

weekly_arrivals as (

    -- The plan's arrivals of new leads are those of one lead per week.
    select
        arrivals.funnel,
        arrivals.inflow in ('open_lead', 'open_prospect', 'open_opportunity') as is_open,
        node_stages.stage,
        node_stages.planning_node,
        arrivals.week_number,
        case when arrivals.inflow = 'new_leads' then limits.today_weekly_leads else 1 end
        * arrivals.entry_volume as volume,
        case when arrivals.inflow = 'new_leads' then limits.today_weekly_leads else 1 end
        * arrivals.expected_revenue as won_value
    from arrivals
    inner join limits on arrivals.funnel = limits.funnel
    inner join node_stages on arrivals.node = node_stages.planning_node

),

daily_volumes as (

    -- Weeks and months are spread evenly over their days.
    select
        weekly_arrivals.funnel,
        'entered_' || weekly_arrivals.stage as measure,
        days.number as day_number,
        weekly_arrivals.volume / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    union all
    select
        weekly_arrivals.funnel,
        'new_amount' as measure,
        days.number as day_number,
        weekly_arrivals.won_value / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    where weekly_arrivals.planning_node = 'win'
    union all
    -- The part of it that who waits at the cutoff brings.
    select
        weekly_arrivals.funnel,
        'open_new_amount' as measure,
        days.number as day_number,
        weekly_arrivals.won_value / 7 as volume
    from weekly_arrivals
    inner join days on weekly_arrivals.week_number = floor(days.number / 7.0)
    where weekly_arrivals.planning_node = 'win' and weekly_arrivals.is_open
    {%- for measure, amount in [
        ('renewal_amount', 'renewals.expected_renewal_amount'),
        ('expansion_amount', '(renewals.expected_amount - renewals.expected_renewal_amount)'),
    ] %}
    union all
    select
        renewals.funnel,
        '{{ measure }}' as measure,
        days.number as day_number,
        {{ amount }} / (renewals.next_day_number - greatest(renewals.first_day_number, 0)) as volume
    from renewals
    inner join days
        on renewals.first_day_number <= days.number and renewals.next_day_number > days.number
    {%- endfor %}

),

int_forecast_nodes_estimated as (

    -- Only the rest of the cutoff's own day is to come.
    select
        funnel,
        measure,
        day_number,
        {{ exact_sum("volume", 12) }} * case
            when day_number = 0
                then 1 - {{ days_between(period_start('day', cutoff()), cutoff()) }}
            else 1
        end as expected_volume
    from daily_volumes
    group by funnel, measure, day_number

)

select * from int_forecast_nodes_estimated
