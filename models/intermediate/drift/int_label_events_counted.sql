{# Grain: one row per system, signal about the system's own labels, subject and day.
   Labels dated before their record (by a few hours: the clock), labels that go back to an earlier
   stage, labels that the seed stage_labels does not map, and how often each known label was set. #}
with

stage_claims as (

    select * from {{ ref('int_stage_claims_rows_checked') }}
    where reason_code is null or reason_code = 'unknown_label'

),

opportunity_changes as (

    select * from {{ ref('int_opportunity_changes_rows_checked') }}
    where reason_code = 'unknown_label'

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

unknown_stage_labels as (

    -- People type labels: what few rows bear may be a name.
    select
        system,
        changed_at,
        case
            when
                count(*) over (partition by system, lower(label))
                < {{ int_var('least_published_records') }}
                then 'withheld'
            else lower(label)
        end as label
    from opportunity_changes
    where changed_at is not null

),

dated_labels as (

    select
        stage_claims.system,
        case
            when
                stage_claims.reason_code is not null
                and count(*) over (
                    partition by stage_claims.system, lower(stage_claims.label)
                ) < {{ int_var('least_published_records') }}
                then 'withheld'
            else lower(stage_claims.label)
        end as label,
        stage_claims.reason_code,
        stages.stage_order,
        stage_claims.claimed_at,
        lag(stages.stage_order) over (
            partition by stage_claims.record_key
            order by stage_claims.claimed_at, stage_claims.claim_key
        ) as former_stage_order,
        people.created_at,
        -- A label a few hours before its record is a matter of clocks or time zones.
        (
            stage_claims.claimed_at < people.created_at
            and {{ days_between('stage_claims.claimed_at', 'people.created_at') }}
            <= {{ decimal_var('clock_error_days') }}
        ) as is_clock_error
    from stage_claims
    inner join people on stage_claims.record_key = people.record_key
    left join stages on stage_claims.stage = stages.stage

),

int_label_events_counted as (

    select
        system,
        'back_dated' as signal,
        '' as subject,
        cast(greatest(claimed_at, created_at) as date) as event_date,
        count(case
            when cast(claimed_at as date) < cast(created_at as date) and not is_clock_error then 1
        end) as bad_count,
        count(*) as all_count
    from dated_labels
    where claimed_at is not null and created_at is not null
    group by system, event_date
    union all
    select
        system,
        'clock_shifted' as signal,
        '' as subject,
        cast(greatest(claimed_at, created_at) as date) as event_date,
        count(case when is_clock_error then 1 end) as bad_count,
        count(*) as all_count
    from dated_labels
    where claimed_at is not null and created_at is not null
    group by system, event_date
    union all
    select
        system,
        'reopened' as signal,
        '' as subject,
        cast(claimed_at as date) as event_date,
        count(case when stage_order < former_stage_order then 1 end) as bad_count,
        count(*) as all_count
    from dated_labels
    where claimed_at is not null
    group by system, event_date
    union all
    select
        system,
        'unknown_label' as signal,
        label as subject,
        cast(claimed_at as date) as event_date,
        count(*) as bad_count,
        count(*) as all_count
    from dated_labels
    where claimed_at is not null and reason_code is not null
    group by system, label, event_date
    union all
    select
        system,
        'unknown_label' as signal,
        'opportunity stage ' || label as subject,
        cast(changed_at as date) as event_date,
        count(*) as bad_count,
        count(*) as all_count
    from unknown_stage_labels
    group by system, subject, event_date
    union all
    -- No label set is bad: a label that is no longer set is found by the days without it.
    select
        system,
        'vanished_label' as signal,
        label as subject,
        cast(claimed_at as date) as event_date,
        0 as bad_count,
        count(*) as all_count
    from dated_labels
    where claimed_at is not null and reason_code is null
    group by system, label, event_date

)

select * from int_label_events_counted
