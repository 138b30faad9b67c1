{# Grain: one row a system, stage, version, monitor, subject and day after the reference: the window
   that comes nearest to its limit, or exceeds it most. #}
{%- set series = ['system', 'stage', 'definition_version', 'monitor', 'subject', 'series_date'] -%}
{%- set windows = drift_windows() -%}
{%- set longest = windows | last -%}

with

windowed as (select * from {{ ref('int_series_windowed') }}),

creeps as (select * from {{ ref('int_creep_summed') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

compared as (

    select
        windowed.*,
        {%- for days in windows %}
        case
            -- However surprising: what this monitor looks for would show in more of them, and one
            -- or two are no pattern.
            when
                monitors.source != 'score'
                and windowed.observed_{{ days }} < greatest(
                    {{ int_var('drift_least_count') }},
                    coalesce(monitors.least_share, 0) * windowed.chance_count_{{ days }}
                )
                then least(windowed.surprise_{{ days }} / monitors.limit_{{ days }}, 0)
            else windowed.surprise_{{ days }} / monitors.limit_{{ days }}
        end as part_{{ days }},
        {{ as_double('monitors.limit_' ~ days) }} as limit_{{ days }},
        {%- endfor %}
        -- A sum falls slowly: it tells of what goes on still, not of what is over.
        case
            when windowed.surprise_{{ longest }} >= 1
                then coalesce(creeps.creep / monitors.limit_sum, -9)
            else -9
        end as part_0,
        creeps.creep,
        {{ as_double('monitors.limit_sum') }} as limit_sum
    from windowed
    inner join monitors on windowed.monitor = monitors.monitor
    left join creeps on {{ same('windowed', 'creeps', series) }}

),

topped as (

    select
        *,
        greatest(part_{{ windows | join(', part_') }}) as most_part
    from compared

),

ranked as (

    -- The sum tells of what no window shows.
    select
        *,
        case
            when part_0 >= 1 and most_part < 1 then 0
            {%- for days in windows %}
            when part_{{ days }} = most_part then {{ days }}
            {%- endfor %}
        end as window_days
    from topped

),

int_series_judged as (

    select
        {{ series | join(',\n        ') }},
        window_days,
        {{ of_window('chance_count') }} as chance_count,
        {{ of_window('observed') }} as observed,
        {{ of_window('expected') }} as expected,
        case
            when window_days = 0 then creep else {{ of_window('surprise') }}
        end as surprise,
        case
            when window_days = 0 then limit_sum else {{ of_window('limit') }}
        end as alarm_limit,
        most_part >= 1 or part_0 >= 1 as is_alarm,
        most_surprise < limit_{{ longest }}
        or chance_count_{{ longest }} < {{ int_var('drift_least_count') }} as is_too_small
    from ranked

)

select * from int_series_judged
