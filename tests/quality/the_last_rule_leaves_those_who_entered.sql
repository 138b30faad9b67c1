-- The level of the last driver of a cell is the number of its journeys that were judged and
-- entered.
with

levels as (

    select
        period_kind,
        period_start,
        evaluation,
        stage,
        funnel,
        channel,
        min(level_count) as left_count
    from {{ ref('int_stage_count_levels_counted') }}
    group by period_kind, period_start, evaluation, stage, funnel, channel

),

entered as (

    select
        period_kind,
        period_start,
        evaluation,
        stage,
        funnel,
        channel,
        count(*) as entered_count
    from {{ ref('int_stage_candidates_collected') }}
    where is_entered
    group by period_kind, period_start, evaluation, stage, funnel, channel

)

select
    levels.*,
    entered.entered_count
from levels
left join entered
    on
        levels.period_kind = entered.period_kind
        and levels.period_start = entered.period_start
        and levels.evaluation = entered.evaluation
        and levels.stage = entered.stage
        and levels.funnel = entered.funnel
        and levels.channel = entered.channel
where levels.left_count != coalesce(entered.entered_count, 0)
