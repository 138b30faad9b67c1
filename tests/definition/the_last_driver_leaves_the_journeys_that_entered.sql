with

last_levels as (

    select
        period_kind,
        period_start,
        evaluation,
        stage,
        funnel,
        channel,
        min(level_count) as last_level_count
    from {{ ref('int_remaining_candidates_counted') }}
    group by period_kind, period_start, evaluation, stage, funnel, channel

),

entry_counts as (

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
    last_levels.*,
    entry_counts.entered_count
from last_levels
left join entry_counts
    on
        last_levels.period_kind = entry_counts.period_kind
        and last_levels.period_start = entry_counts.period_start
        and last_levels.evaluation = entry_counts.evaluation
        and last_levels.stage = entry_counts.stage
        and last_levels.funnel = entry_counts.funnel
        and last_levels.channel = entry_counts.channel
where last_levels.last_level_count != coalesce(entry_counts.entered_count, 0)
