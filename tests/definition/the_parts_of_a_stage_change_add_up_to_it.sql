with

changes as (

    select
        period_kind,
        period_start,
        stage,
        max(qualified_count) as qualified_count,
        max(earlier_reported_count) as earlier_reported_count,
        sum(change) as change
    from {{ ref('stage_count_changes_by_period') }}
    group by period_kind, period_start, stage

),

periods as (

    select * from {{ ref('int_stage_count_periods_listed') }} where evaluation = 'in_force'

),

lifecycle_counts as (

    select
        periods.period_kind,
        periods.period_start,
        lifecycle.stage,
        count(*) as qualified_count
    from periods
    inner join {{ ref('fct_lifecycle') }} as lifecycle
        on
            periods.starts_at <= lifecycle.qualified_at
            and periods.next_starts_at > lifecycle.qualified_at
    where lifecycle.stage_entry_number = 1 and lifecycle.is_qualified
    group by periods.period_kind, periods.period_start, lifecycle.stage

)

select
    changes.*,
    lifecycle_counts.qualified_count as lifecycle_count
from changes
left join lifecycle_counts
    on
        changes.period_kind = lifecycle_counts.period_kind
        and changes.period_start = lifecycle_counts.period_start
        and changes.stage = lifecycle_counts.stage
where
    changes.change != changes.qualified_count - changes.earlier_reported_count
    or changes.qualified_count != coalesce(lifecycle_counts.qualified_count, 0)
