{# Grain: one row a system, stage, version, monitor of labels, subject and day: odd and expected. #}
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

expected as (

    select
        counted.*,
        cells.odd_rate,
        cells.neighbour_rate,
        counted.chance_count * cells.odd_rate as expected,
        counted.chance_count * cells.odd_rate * (1 - cells.odd_rate) as variance
    from counted
    inner join cells
        on
            {{ same('counted', 'cells', ['system', 'stage', 'definition_version', 'is_defined',
                'blamed_rule', 'points']) }}

),

watched as (

    select
        expected.system,
        expected.stage,
        expected.definition_version,
        monitors.monitor,
        case
            when monitors.by_channel then expected.channel
            when monitors.keeps_out = 'rule' then expected.blamed_rule
            else ''
        end as subject,
        expected.day_number,
        sum(expected.chance_count) as chance_count,
        sum(expected.odd_count) as observed,
        sum(expected.expected) as expected,
        sum(expected.variance) as variance
    from expected
    inner join monitors
        on
            expected.is_defined = monitors.is_defined
            and case monitors.keeps_out
                when 'rare' then expected.neighbour_rate < 0.015
                when 'rule' then expected.blamed_attribute not in ('several', 'score')
                when 'any' then true
                else expected.blamed_attribute = monitors.keeps_out
            end
            and (
                monitors.from_points is null
                or expected.is_scored
                and expected.points between monitors.from_points and monitors.to_points - 1
            )
    group by
        expected.system, expected.stage, expected.definition_version, monitors.monitor, subject,
        expected.day_number

),

series as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        min(day_number) as first_day
    from watched
    group by system, stage, definition_version, monitor, subject

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
