{# Grain: one row per complete week or month that has an earlier one, stage of the definition,
   and driver (with the rule, if the driver is a rule): the entries more or fewer than the earlier
   period because of it. #}
with

counts as (select * from {{ ref('int_stage_counts_aggregated') }}),

cell_parts as (select * from {{ ref('int_stage_count_parts_attributed') }}),

snapshots as (

    select * from {{ ref('history_stage_counts') }}
    where snapshotted_at <= {{ cutoff() }}

),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

first_snapshots as (

    select
        period_kind,
        period_start,
        stage,
        {{ first_by('entered_count', 'snapshot_number') }} as entered_count
    from snapshots
    group by period_kind, period_start, stage

),

period_changes as (

    select
        counts.period_kind,
        counts.period_start,
        counts.earlier_start,
        counts.stage,
        stages.owner_team,
        counts.entered_count as qualified_count,
        earlier_counts.entered_count as earlier_count,
        coalesce(first_snapshots.entered_count, earlier_counts.entered_count)
            as earlier_reported_count,
        counts.bypass_count,
        earlier_counts.bypass_count as earlier_bypass_count,
        counts.entered_count - counts.unchanged_version_count as version_change,
        earlier_counts.entered_count
        - coalesce(first_snapshots.entered_count, earlier_counts.entered_count)
            as restatement_change
    from counts
    inner join counts as earlier_counts
        on
            counts.period_kind = earlier_counts.period_kind
            and counts.earlier_start = earlier_counts.period_start
            and counts.stage = earlier_counts.stage
    inner join stages on counts.stage = stages.stage
    left join first_snapshots
        on
            counts.period_kind = first_snapshots.period_kind
            and counts.earlier_start = first_snapshots.period_start
            and counts.stage = first_snapshots.stage

),

driver_changes as (

    select
        period_kind,
        period_start,
        stage,
        driver_number,
        sum(change) as change
    from cell_parts
    group by period_kind, period_start, stage, driver_number

),

part_changes as (

    select
        period_changes.period_kind,
        period_changes.period_start,
        period_changes.stage,
        drivers.driver,
        drivers.rule,
        coalesce(driver_changes.change, 0) as change
    from period_changes
    inner join drivers on period_changes.stage = drivers.stage
    left join driver_changes
        on
            period_changes.period_kind = driver_changes.period_kind
            and period_changes.period_start = driver_changes.period_start
            and drivers.stage = driver_changes.stage
            and drivers.driver_number = driver_changes.driver_number
    union all
    select
        period_kind,
        period_start,
        stage,
        'version' as driver,
        cast(null as {{ dbt.type_string() }}) as rule,
        version_change as change
    from period_changes
    union all
    select
        period_kind,
        period_start,
        stage,
        'restatement' as driver,
        cast(null as {{ dbt.type_string() }}) as rule,
        restatement_change as change
    from period_changes

),

stage_count_changes_by_period as (

    select
        period_changes.period_kind,
        period_changes.period_start,
        period_changes.earlier_start,
        period_changes.stage,
        period_changes.owner_team,
        period_changes.qualified_count,
        period_changes.earlier_count,
        period_changes.earlier_reported_count,
        period_changes.bypass_count,
        period_changes.earlier_bypass_count,
        part_changes.driver,
        part_changes.rule,
        cast(part_changes.change as decimal(18, 2)) as change,
        period_changes.period_kind = 'month' as is_additive
    from part_changes
    inner join period_changes
        on
            part_changes.period_kind = period_changes.period_kind
            and part_changes.period_start = period_changes.period_start
            and part_changes.stage = period_changes.stage

)

select * from stage_count_changes_by_period
