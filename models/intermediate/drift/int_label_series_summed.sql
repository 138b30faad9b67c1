{# Grain: one row a system, stage, version, monitor of labels, subject and day: odd and expected.
   The monitor `rare` counts everybody by how seldom anybody like them is odd, all others as one. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

counted as (select * from {{ ref('int_chances_counted') }}),

cells as (select * from {{ ref('int_chances_expected') }}),

monitors as (select * from {{ ref('drift_monitors') }} where source = 'labels'),

days as (

    select distinct
        system,
        stage,
        definition_version,
        day_number,
        chance_date
    from counted

),

matched as (

    select
        counted.system,
        counted.stage,
        counted.definition_version,
        counted.day_number,
        monitors.monitor,
        case
            when monitors.by_channel then counted.channel
            when monitors.keeps_out = 'rule' then counted.blamed_rule
            else ''
        end as subject,
        counted.chance_count,
        counted.odd_count,
        counted.chance_count * cells.odd_rate as expected,
        counted.chance_count * cells.odd_rate * (1 - cells.odd_rate) as variance,
        case when monitors.keeps_out = 'rare' then cells.rareness else 1 end as weight
    from counted
    inner join cells
        on
            {{ same('counted', 'cells', ['system', 'stage', 'definition_version', 'is_defined',
                'blamed_rule', 'points']) }}
    inner join monitors
        on
            counted.is_defined = monitors.is_defined
            and case
                when monitors.keeps_out = 'rule'
                    then counted.blamed_attribute not in ('several', 'score')
                when monitors.keeps_out in ('any', 'rare') then true
                else counted.blamed_attribute = monitors.keeps_out
            end
            and (
                monitors.from_points is null
                or counted.is_scored
                and counted.points between monitors.from_points and monitors.to_points - 1
            )

),

watched as (

    select
        {{ series }},
        day_number,
        cast(round(sum(chance_count * weight)) as bigint) as chance_count,
        sum(odd_count * weight) as observed,
        sum(expected * weight) as expected,
        sum(variance * weight * weight) as variance
    from matched
    group by {{ series }}, day_number

),

series as (

    select
        {{ series }},
        min(day_number) as first_day
    from watched
    group by {{ series }}

),

int_label_series_summed as (

    -- A day without any such person is a day, too.
    select
        series.system,
        series.stage,
        series.definition_version,
        series.monitor,
        series.subject,
        days.day_number,
        days.chance_date as series_date,
        coalesce(watched.chance_count, 0) as chance_count,
        {{ as_double('coalesce(watched.observed, 0)') }} as observed,
        {{ as_double('coalesce(watched.expected, 0)') }} as expected,
        {{ as_double('coalesce(watched.variance, 0)') }} as variance
    from series
    inner join days
        on {{ same('series', 'days', ['system', 'stage', 'definition_version']) }}
    left join watched
        on
            {{ same('series', 'watched', ['system', 'stage', 'definition_version', 'monitor',
                'subject']) }}
            and days.day_number = watched.day_number
    -- What comes for the first time after the reference was not watched before it came.
    where
        days.day_number >= series.first_day
        or days.day_number <= {{ int_var('drift_reference_days') }}

)

select * from int_label_series_summed
