{# Grain: one row a system, stage, version, monitor, subject and day after the reference: the window
   in which it surprises most, beside the limit from which it is an alarm. #}
with

windows as (select * from {{ ref('int_series_windowed') }}),

creeps as (select * from {{ ref('int_creep_summed') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

told as (

    {%- for days in drift_windows() %}
    select
        windows.system,
        windows.stage,
        windows.definition_version,
        windows.monitor,
        windows.subject,
        windows.series_date,
        {{ days }} as window_days,
        windows.chance_count_{{ days }} as chance_count,
        windows.observed_{{ days }} as observed,
        windows.expected_{{ days }} as expected,
        windows.surprise_{{ days }} as surprise,
        {{ as_double('monitors.limit_' ~ days) }} as alarm_limit,
        windows.most_surprise < monitors.limit_28 as is_too_small
    from windows
    inner join monitors on windows.monitor = monitors.monitor
    where monitors.limit_{{ days }} is not null
    union all
    {%- endfor %}
    select
        windows.system,
        windows.stage,
        windows.definition_version,
        windows.monitor,
        windows.subject,
        windows.series_date,
        0 as window_days,
        windows.chance_count_28 as chance_count,
        windows.observed_28 as observed,
        windows.expected_28 as expected,
        creeps.creep as surprise,
        {{ as_double('monitors.limit_sum') }} as alarm_limit,
        false as is_too_small
    from windows
    inner join monitors on windows.monitor = monitors.monitor
    inner join creeps
        on
            {{ same('windows', 'creeps', ['system', 'stage', 'definition_version', 'monitor',
                'subject', 'series_date']) }}
    where creeps.creep >= monitors.limit_sum

),

ranked as (

    select
        *,
        row_number() over (
            partition by system, stage, definition_version, monitor, subject, series_date
            order by surprise / alarm_limit desc, window_days
        ) as place
    from told

),

int_series_judged as (select * from ranked where place = 1)

select * from int_series_judged
