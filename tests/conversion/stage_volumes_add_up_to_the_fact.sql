with

volumes as (select * from {{ ref('stage_volumes_by_period') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

fact_counts as (

    select
        stage,
        count(*) filter (where entered_at is not null) as entered_count,
        count(*) filter (where entered_at is not null and is_current) as current_count,
        count(*) filter (where entered_at is null) as undated_count
    from lifecycle
    group by stage

),

ordered_volumes as (

    select
        *,
        row_number() over (
            partition by period_kind, stage, funnel, channel, segment
            order by period_start desc
        ) as number_from_end,
        lag(closing_count) over (
            partition by period_kind, stage, funnel, channel, segment order by period_start
        ) as previous_closing_count
    from volumes
    where period_kind != 'undated'

),

volume_totals as (

    select
        period_kind,
        stage,
        sum(entered_count) as entered_count,
        sum(case when number_from_end = 1 then closing_count end) as current_count
    from ordered_volumes
    group by period_kind, stage

),

undated_totals as (

    select
        stage,
        sum(entered_count) as undated_count
    from volumes
    where period_kind = 'undated'
    group by stage

)

select
    'totals differ from fct_lifecycle' as fault,
    volume_totals.period_kind,
    fact_counts.stage
from fact_counts
left join volume_totals on fact_counts.stage = volume_totals.stage
left join undated_totals on fact_counts.stage = undated_totals.stage
where
    coalesce(volume_totals.entered_count, 0) != fact_counts.entered_count
    or coalesce(volume_totals.current_count, 0) != fact_counts.current_count
    or coalesce(undated_totals.undated_count, 0) != fact_counts.undated_count
union all
select
    'opening or closing is wrong' as fault,
    period_kind,
    stage
from ordered_volumes
where
    opening_count + entered_count - advanced_count - moved_back_count - continued_count
    - exited_count != closing_count
    or opening_count != coalesce(previous_closing_count, 0)
    or closing_count < 0
