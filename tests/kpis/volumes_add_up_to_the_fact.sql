-- Weeks, months and quarters each hold every dated entry of the fact once; what is left at the end
-- stands there in the fact; each period opens as the last one closed.
with

volumes as (select * from {{ ref('stage_volumes') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

from_fact as (

    select
        stage,
        count(*) filter (where entered_at is not null) as entered_count,
        count(*) filter (where entered_at is not null and is_current) as standing_count,
        count(*) filter (where entered_at is null) as undated_count
    from lifecycle
    group by stage

),

ordered as (

    select
        *,
        row_number() over (
            partition by period_kind, stage, funnel, channel, segment
            order by period_start_date desc
        ) as from_end_number,
        lag(closing_count) over (
            partition by period_kind, stage, funnel, channel, segment order by period_start_date
        ) as last_closing_count
    from volumes
    where period_kind != 'undated'

),

added as (

    select
        period_kind,
        stage,
        sum(entered_count) as entered_count,
        sum(case when from_end_number = 1 then closing_count end) as standing_count
    from ordered
    group by period_kind, stage

),

undated as (

    select
        stage,
        sum(entered_count) as undated_count
    from volumes
    where period_kind = 'undated'
    group by stage

)

select
    'totals' as fault,
    added.period_kind,
    from_fact.stage
from from_fact
left join added on from_fact.stage = added.stage
left join undated on from_fact.stage = undated.stage
where
    coalesce(added.entered_count, 0) != from_fact.entered_count
    or coalesce(added.standing_count, 0) != from_fact.standing_count
    or coalesce(undated.undated_count, 0) != from_fact.undated_count
union all
select
    'opening or closing' as fault,
    period_kind,
    stage
from ordered
where
    opening_count + entered_count - advanced_count - returned_count - exited_count != closing_count
    or opening_count != coalesce(last_closing_count, 0)
    or closing_count < 0
