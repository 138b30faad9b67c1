{# Grain: one row per funnel and week ahead. How new leads are spread over the weeks; 1 is an even
   week. #}
{%- set shape = choice_var('planning_shape', ['even', 'seasonal', 'working_days']) -%}
{#- Last year's week is smoothed by this number of leads of an even week. -#}
{%- set smoothing_leads = 10 -%}
with

transitions as (select * from {{ ref('int_plan_transitions_counted') }} where from_node = 'lead'),

holidays as (select * from {{ ref('holidays') }}),

day_numbers as ({{ whole_numbers(0, '7 * ' ~ int_var('planning_weeks') ~ ' - 1') }}),

weeks as ({{ whole_numbers(0, (int_var('planning_weeks') | int) - 1) }}),

weekly_leads as (

    select
        funnel,
        entered_week_number,
        sum(journey_count) as lead_count
    from transitions
    group by funnel, entered_week_number

),

funnels as (

    -- A season is known only with a whole year of leads (and the weeks around its first week).
    select
        funnel,
        min(entered_week_number) <= -56 as has_year,
        sum(case when entered_week_number >= -52 then lead_count else 0 end) / 52e0 as weekly_leads
    from weekly_leads
    group by funnel

),

seasonal_weeks as (

    -- The three weeks around the same week one year ago.
    select
        funnels.funnel,
        weeks.number as week_number,
        (coalesce(sum(weekly_leads.lead_count), 0) + {{ smoothing_leads }})
        / (3.0 * max(funnels.weekly_leads) + {{ smoothing_leads }}) as lead_weight
    from funnels
    cross join weeks
    left join weekly_leads
        on
            funnels.funnel = weekly_leads.funnel
            and weekly_leads.entered_week_number between mod(weeks.number, 52) - 53
            and mod(weeks.number, 52) - 51
    where funnels.has_year
    group by funnels.funnel, weeks.number

),

days as (

    select
        number as day_number,
        {{ add_days(period_start('day', cutoff()), 'number') }} as day_start
    from day_numbers

),

working_weeks as (

    -- An even week has no holiday.
    select
        funnels.funnel,
        cast(floor(days.day_number / 7.0) as bigint) as week_number,
        count(*) / {{ business_weekdays() | length }}.0 as lead_weight
    from funnels
    cross join days
    left join holidays
        on
            cast(days.day_start as date) = holidays.holiday_date
            and funnels.funnel = coalesce(holidays.funnel, funnels.funnel)
    where
        {{ weekday_number('days.day_start') }} in ({{ business_weekdays() | join(', ') }})
        and holidays.holiday_date is null
    group by funnels.funnel, cast(floor(days.day_number / 7.0) as bigint)

),

int_plan_week_shapes_estimated as (

    select
        funnels.funnel,
        weeks.number as week_number,
        {{ as_double("case '" ~ shape ~ "'
            when 'seasonal' then coalesce(seasonal_weeks.lead_weight, 1)
            when 'working_days' then coalesce(working_weeks.lead_weight, 0)
            else 1
        end") }} as lead_weight
    from funnels
    cross join weeks
    left join seasonal_weeks
        on funnels.funnel = seasonal_weeks.funnel and weeks.number = seasonal_weeks.week_number
    left join working_weeks
        on funnels.funnel = working_weeks.funnel and weeks.number = working_weeks.week_number

)

select * from int_plan_week_shapes_estimated
