{# Grain: one row a funnel and week to come: how its leads spread over the weeks, 1 being an even
   week. #}
{%- set shape = choice_var('planning_shape', ['even', 'seasonal', 'working_days']) -%}
with

counts as (select * from {{ ref('int_plan_transitions_counted') }} where step = 'lead'),

holidays as (select * from {{ ref('holidays') }}),

days as ({{ whole_numbers(0, '7 * ' ~ int_var('planning_weeks') ~ ' - 1') }}),

weeks as ({{ whole_numbers(0, (int_var('planning_weeks') | int) - 1) }}),

weekly as (

    select
        funnel,
        entered_week_number,
        sum(journey_count) as lead_count
    from counts
    group by funnel, entered_week_number

),

usual as (

    -- A season shows only where a whole year is known.
    select
        funnel,
        min(entered_week_number) <= -56 as has_year,
        sum(case when entered_week_number >= -52 then lead_count else 0 end) / 52.0 as weekly_leads
    from weekly
    group by funnel

),

last_year as (

    -- Three weeks around the same week a year ago, steadied by ten leads of an even week.
    select
        usual.funnel,
        weeks.number as week_number,
        (coalesce(sum(weekly.lead_count), 0) + 10) / (3.0 * max(usual.weekly_leads) + 10) as ratio
    from usual
    cross join weeks
    left join weekly
        on
            usual.funnel = weekly.funnel
            and weekly.entered_week_number between mod(weeks.number, 52) - 53
            and mod(weeks.number, 52) - 51
    where usual.has_year
    group by usual.funnel, weeks.number

),

dated as (

    select
        number as day_number,
        {{ add_days("date_trunc('day', " ~ cutoff() ~ ")", 'number') }} as day_start
    from days

),

worked as (

    -- A day counts from Monday to Friday, unless it is a holiday.
    select
        usual.funnel,
        cast(floor(dated.day_number / 7.0) as bigint) as week_number,
        count(*) / 5.0 as ratio
    from usual
    cross join dated
    left join holidays
        on
            cast(dated.day_start as date) = holidays.holiday_date
            and usual.funnel = coalesce(holidays.funnel, usual.funnel)
    where
        {{ days_between("date_trunc('week', dated.day_start)", 'dated.day_start') }} < 5
        and holidays.holiday_date is null
    group by usual.funnel, cast(floor(dated.day_number / 7.0) as bigint)

),

int_plan_week_shapes_estimated as (

    select
        usual.funnel,
        weeks.number as week_number,
        {{ as_double("case '" ~ shape ~ "'
            when 'seasonal' then coalesce(last_year.ratio, 1)
            when 'working_days' then coalesce(worked.ratio, 0)
            else 1
        end") }} as lead_weight
    from usual
    cross join weeks
    left join last_year
        on usual.funnel = last_year.funnel and weeks.number = last_year.week_number
    left join worked
        on usual.funnel = worked.funnel and weeks.number = worked.week_number

)

select * from int_plan_week_shapes_estimated
