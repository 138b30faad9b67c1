-- Volume, mix, rules, version, inferred stages and restatement are together the count of the period
-- less what the one before was said to have; and the counts are those of fct_lifecycle.
with

changes as (

    select
        period_kind,
        period_start,
        stage,
        max(entered_count) as entered_count,
        max(earlier_reported_count) as earlier_reported_count,
        sum(change) as told_change
    from {{ ref('stage_count_changes') }}
    group by period_kind, period_start, stage

),

lifecycle as (

    select
        'week' as period_kind,
        cast(date_trunc('week', entered_at) as date) as period_start,
        stage
    from {{ ref('fct_lifecycle') }}
    where visit_number = 1 and entered_at is not null
    union all
    select
        'month' as period_kind,
        cast(date_trunc('month', entered_at) as date) as period_start,
        stage
    from {{ ref('fct_lifecycle') }}
    where visit_number = 1 and entered_at is not null

),

counted as (

    select
        period_kind,
        period_start,
        stage,
        count(*) as entered_count
    from lifecycle
    group by period_kind, period_start, stage

)

select changes.*
from changes
left join counted
    on
        changes.period_kind = counted.period_kind
        and changes.period_start = counted.period_start
        and changes.stage = counted.stage
where
    changes.told_change != changes.entered_count - changes.earlier_reported_count
    or changes.entered_count != coalesce(counted.entered_count, 0)
