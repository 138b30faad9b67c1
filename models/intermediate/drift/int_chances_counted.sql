{# Grain: one row a system, stage, version, channel, day and cell: which rule keeps its people out,
   how far their score is from the least one, and what the definition says of them. #}
with

chances as (select * from {{ ref('int_chances_scored') }}),

blamed as (select * from {{ ref('int_patterns_blamed') }}),

told as (

    select
        chances.*,
        case
            when chances.is_defined then 'none' else coalesce(blamed.blamed_rule, 'several')
        end as blamed_rule,
        case
            when chances.is_defined then 'none' else coalesce(blamed.blamed_attribute, 'several')
        end as blamed_attribute
    from chances
    left join blamed
        on {{ same('chances', 'blamed', ['definition_version', 'stage', 'pattern']) }}

),

int_chances_counted as (

    select
        system,
        stage,
        definition_version,
        channel,
        is_defined,
        blamed_rule,
        blamed_attribute,
        points,
        is_scored,
        -- The two scores stand on different sides: that is the score's matter, not the label's.
        is_scored and (
            (is_defined and points < 0) or (blamed_attribute = 'score' and points >= 0)
        ) as is_contested,
        day_number,
        chance_date,
        count(*) as chance_count,
        count(case when is_labelled != is_defined then 1 end) as odd_count,
        count(score_gap) as scored_count,
        cast(coalesce(sum(score_gap), 0) as bigint) as score_sum,
        cast(coalesce(sum(score_gap * score_gap), 0) as bigint) as square_sum
    from told
    group by
        system, stage, definition_version, channel, is_defined, blamed_rule, blamed_attribute,
        points, is_scored, is_contested, day_number, chance_date

)

select * from int_chances_counted
