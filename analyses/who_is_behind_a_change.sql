{{ config(group="revenue_operations") }}
-- The persons behind each part of the change of the newest complete week against the week before:
-- who entered or could have, whom a rule kept out, whom only one version qualifies. For another
-- week, or months, change `newest_week`. A restatement has counts only, no persons.
with

changes as (select * from {{ ref('stage_count_changes_by_period') }} where change != 0),

candidates as (select * from {{ ref('int_stage_candidates_collected') }}),

newest_week as (

    select
        'week' as period_kind,
        max(period_start) as period_start
    from changes
    where period_kind = 'week'

),

week_changes as (

    select changes.*
    from changes
    inner join newest_week
        on
            changes.period_kind = newest_week.period_kind
            and changes.period_start = newest_week.period_start

),

week_candidates as (

    select
        period_kind,
        period_start,
        stage,
        journey_key,
        person_key,
        max(case when evaluation = 'in_force' then failed_rule end) as failed_rule,
        bool_or(evaluation = 'in_force') as is_candidate,
        bool_or(is_entered) as is_entered,
        count(distinct evaluation || cast(is_entered as {{ dbt.type_string() }})) > 1
        and bool_or(is_entered) and not bool_and(is_entered) as is_by_version
    from candidates
    group by period_kind, period_start, stage, journey_key, person_key

),

who_is_behind_a_change as (

    select
        week_changes.stage,
        week_changes.driver,
        week_changes.rule,
        week_changes.change,
        week_candidates.period_start,
        week_candidates.is_entered,
        week_candidates.person_key,
        week_candidates.journey_key
    from week_changes
    inner join week_candidates
        on
            week_changes.period_kind = week_candidates.period_kind
            and week_candidates.period_start
            in (week_changes.period_start, week_changes.earlier_start)
            and week_changes.stage = week_candidates.stage
            and (
                (week_changes.driver in ('volume', 'mix') and week_candidates.is_candidate)
                or week_changes.rule = week_candidates.failed_rule
                or (week_changes.driver = 'version' and week_candidates.is_by_version)
            )

)

select * from who_is_behind_a_change
order by stage asc, driver asc, rule asc, period_start asc, journey_key asc
