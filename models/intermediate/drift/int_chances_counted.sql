{# Grain: one row a system, stage, version, channel, day and cell: which rule keeps its people out,
   how far their score is from the least one, and what the definition says of them. #}
with

chances as (

    -- One person whose scores have nothing to do with each other is no recalibration.
    select
        *,
        greatest(least(system_score - score, 10), -10) as score_gap
    from {{ ref('int_label_chances') }}
    where has_touch

),

blamed as (select * from {{ ref('int_patterns_blamed') }}),

stages as (

    select
        definition_version,
        stage,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score
    from {{ ref('int_rules_inherited') }}
    group by definition_version, stage

),

days as (

    select
        system,
        stage,
        definition_version,
        chance_date,
        row_number() over (
            partition by system, stage, definition_version order by chance_date
        ) as day_number
    from chances
    group by system, stage, definition_version, chance_date

),

int_chances_counted as (

    select
        chances.system,
        chances.stage,
        chances.definition_version,
        chances.channel,
        chances.is_defined,
        case
            when chances.is_defined then 'none' else coalesce(blamed.blamed_rule, 'several')
        end as blamed_rule,
        case
            when chances.is_defined then 'none' else coalesce(blamed.blamed_attribute, 'several')
        end as blamed_attribute,
        -- Steps of five points from the least score on; from 0 where none is asked.
        5 * cast(
            floor((coalesce(chances.score, 0) - coalesce(stages.least_score, 0)) / 5.0) as bigint
        ) as points,
        stages.least_score is not null as is_scored,
        days.day_number,
        chances.chance_date,
        count(*) as chance_count,
        count(case when chances.is_labelled != chances.is_defined then 1 end) as odd_count,
        count(chances.system_score) as scored_count,
        cast(coalesce(sum(chances.score_gap), 0) as bigint) as score_sum,
        cast(coalesce(sum(chances.score_gap * chances.score_gap), 0) as bigint) as square_sum
    from chances
    inner join stages
        on
            chances.definition_version = stages.definition_version
            and chances.stage = stages.stage
    inner join days
        on
            chances.system = days.system
            and chances.stage = days.stage
            and chances.definition_version = days.definition_version
            and chances.chance_date = days.chance_date
    left join blamed
        on
            chances.definition_version = blamed.definition_version
            and chances.stage = blamed.stage
            and chances.pattern = blamed.pattern
    group by
        chances.system, chances.stage, chances.definition_version, chances.channel,
        chances.is_defined, blamed_rule, blamed_attribute, points, is_scored, days.day_number,
        chances.chance_date

)

select * from int_chances_counted
