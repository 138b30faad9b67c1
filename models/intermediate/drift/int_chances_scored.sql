{# Grain: one row a chance with a touch: its day's number, how far the person is from the least
   score by the score that the system decides by, and how far that score is from ours. #}
{%- set day = ['system', 'stage', 'definition_version', 'chance_date'] -%}

with

chances as (

    -- One person whose scores have nothing to do with each other is no recalibration.
    select
        *,
        case
            when system_score is not null and score is not null
                then greatest(least(system_score - score, 10), -10)
        end as score_gap
    from {{ ref('int_label_chances') }}
    where has_touch

),

stages as (

    select
        definition_version,
        stage,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score
    from {{ ref('int_definition_rules_completed') }}
    group by definition_version, stage

),

days as (

    select
        {{ day | join(',\n        ') }},
        row_number() over (
            partition by system, stage, definition_version order by chance_date
        ) as day_number
    from chances
    group by {{ day | join(', ') }}

),

numbered as (

    select
        chances.*,
        stages.least_score,
        days.day_number
    from chances
    inner join stages
        on {{ same('chances', 'stages', ['definition_version', 'stage']) }}
    inner join days on {{ same('chances', 'days', day) }}

),

agreeing as (

    -- A system decides by its own score. Where that is on another scale, ours has to do.
    select
        system,
        stage,
        definition_version
    from numbered
    where day_number <= {{ int_var('drift_reference_days') }}
    group by system, stage, definition_version
    having sum(abs(score_gap)) < 5 * count(score_gap)

),

placed as (

    select
        numbered.*,
        case
            when agreeing.system is null then coalesce(numbered.score, 0)
            else coalesce(numbered.system_score, numbered.score, 0)
        end - coalesce(numbered.least_score, 0) as distance
    from numbered
    left join agreeing
        on {{ same('numbered', 'agreeing', ['system', 'stage', 'definition_version']) }}

),

int_chances_scored as (

    -- Point by point near the least score, and in steps of five further away.
    select
        *,
        least_score is not null as is_scored,
        case
            when least_score is not null and abs(distance) <= 15 then distance
            else 5 * cast(floor(distance / 5.0) as bigint)
        end as points
    from placed

)

select * from int_chances_scored
