{# Grain: one row a funnel, measure and day to come: who is expected at each node of the plan if
   leads come as lately, and what they and today's customers bring. #}
with

arrivals as (

    select * from {{ ref('int_plan_arrivals_estimated') }}
    where scenario = 'base' and sample_number = 0 and source != 'first'

),

limits as (select * from {{ ref('int_plan_limits_estimated') }}),

stages as (select * from {{ ref('lifecycle_stages') }} where planning_node is not null),

renewals as (

    select
        *,
        {{ days_from_cutoff('cast(target_month as timestamp)') }} as from_day,
        {{ days_from_cutoff(next_month('target_month')) }} as before_day
    from {{ ref('plan_renewals') }}

),

days as ({{ whole_numbers(0, '7 * ' ~ int_var('planning_weeks') ~ ' - 1') }}),

weekly as (

    -- A plan's new leads are one a week of an even shape: times those that come today.
    select
        arrivals.funnel,
        stages.stage,
        stages.planning_node,
        arrivals.week_number,
        case when arrivals.source = 'new' then limits.today_weekly_leads else 1 end
        * arrivals.entry_volume as volume,
        case when arrivals.source = 'new' then limits.today_weekly_leads else 1 end
        * arrivals.won_value as won_value
    from arrivals
    inner join limits on arrivals.funnel = limits.funnel
    inner join stages on arrivals.node = stages.planning_node

),

told as (

    select
        funnel,
        'entered_' || stage as measure,
        week_number,
        volume
    from weekly
    union all
    select
        funnel,
        'new_amount' as measure,
        week_number,
        won_value as volume
    from weekly
    where planning_node = 'win'

),

daily as (

    -- What a week or a month brings falls on its days alike.
    select
        told.funnel,
        told.measure,
        days.number as day_number,
        told.volume / 7 as volume
    from told
    inner join days
        on told.week_number = floor(days.number / 7.0)
    {%- for measure, amount in {
        'renewal_amount': 'expected_renewal_amount',
        'expansion_amount': '(expected_amount - expected_renewal_amount)',
    }.items() %}
    union all
    select
        renewals.funnel,
        '{{ measure }}' as measure,
        days.number as day_number,
        {{ amount }} / (renewals.before_day - greatest(renewals.from_day, 0)) as volume
    from renewals
    inner join days
        on renewals.from_day <= days.number and renewals.before_day > days.number
    where renewals.expected_amount is not null
    {%- endfor %}

),

int_expected_nodes_estimated as (

    -- Of the cutoff's own day only the rest is left.
    select
        funnel,
        measure,
        day_number,
        {{ exact_sum("volume", 12) }} * case
            when day_number = 0
                then 1 - {{ days_between("date_trunc('day', " ~ cutoff() ~ ")", cutoff()) }}
            else 1
        end as expected_volume
    from daily
    group by funnel, measure, day_number

)

select * from int_expected_nodes_estimated
