{# Grain: one row per alert: one kind of change of one system and stage in one episode of time,
   whether it goes on, and what was decided about it. #}
with

episodes as (select * from {{ ref('int_drift_episodes_described') }}),

restatements as (select * from {{ ref('int_restatement_alerts_described') }}),

decisions as (

    select * from {{ ref('alert_decisions') }}
    where decided_on is null or cast(decided_on as timestamp) < {{ cutoff() }}

),

next_steps as (select * from {{ ref('alert_next_steps') }}),

lifecycle as (

    select * from {{ ref('fct_lifecycle') }}
    where stage_entry_number = 1 and is_qualified

),

open_journeys as (select * from {{ ref('open_journeys') }}),

count_changes as (

    select * from {{ ref('stage_count_changes_by_period') }}
    where period_kind = 'week' and change != 0

),

causes as (

    select * from episodes
    union all
    select * from restatements

),

ranked_changes as (

    -- What moved most in the count of its stage in the week in which it began; without a stage, of
    -- the stages whose count its rule changed.
    select
        causes.alert_key,
        count_changes.stage as counted_stage,
        count_changes.qualified_count,
        count_changes.earlier_reported_count,
        coalesce(count_changes.rule, count_changes.driver) as largest_driver,
        count_changes.change as largest_change,
        row_number() over (
            partition by causes.alert_key
            order by
                abs(count_changes.change) desc,
                count_changes.stage asc,
                count_changes.driver asc,
                count_changes.rule asc
        ) as change_rank
    from causes
    inner join count_changes
        on
            (
                causes.stage = count_changes.stage
                or (causes.stage is null and causes.rule = count_changes.rule)
            )
            and causes.first_seen_date >= count_changes.period_start
            and cast(causes.first_seen_date as timestamp)
            < {{ add_days('cast(count_changes.period_start as timestamp)', 7) }}

),

stage_entries as (

    -- Everybody who qualified for the stage in the days that the alert is about.
    select
        causes.alert_key,
        count(*) as stage_qualified_count
    from causes
    inner join lifecycle
        on
            causes.affected_stage = lifecycle.stage
            and lifecycle.qualified_at >= cast(causes.window_first_date as timestamp)
            and cast(lifecycle.qualified_at as date) <= case
                when causes.kind = 'restated_week' then causes.window_last_date
                else causes.last_seen_date
            end
    group by causes.alert_key

),

record_values as (

    select
        stage,
        {{ as_amount('sum(expected_amount) / count(expected_amount)') }} as record_value_amount
    from open_journeys
    where expected_amount is not null
    group by stage

),

ranked_decisions as (

    select
        causes.alert_key,
        decisions.decision,
        decisions.turned_out,
        decisions.reason,
        decisions.decided_by,
        decisions.decided_on,
        decisions.valid_until,
        coalesce(cast(decisions.valid_until as timestamp) < {{ cutoff() }}, false) as is_expired,
        row_number() over (
            partition by causes.alert_key
            order by
                coalesce(cast(decisions.valid_until as timestamp) < {{ cutoff() }}, false) asc,
                decisions.decided_on desc,
                decisions.decision asc,
                decisions.reason asc
        ) as decision_rank
    from causes
    inner join decisions
        on
            coalesce(decisions.alert_key, causes.alert_key) = causes.alert_key
            and coalesce(decisions.kind, causes.kind) = causes.kind
            and coalesce(decisions.system, causes.system, '') = coalesce(causes.system, '')
            and coalesce(decisions.stage, causes.stage, '') = coalesce(causes.stage, '')
            and coalesce(decisions.subject, causes.subject, causes.rule, '')
            in (coalesce(causes.subject, ''), coalesce(causes.rule, ''))
            -- What was resolved may come again: that is another alert.
            and (
                decisions.decision != 'resolved'
                or causes.first_seen_date <= decisions.decided_on
            )

),

decided_causes as (

    select
        causes.*,
        coalesce(stage_entries.stage_qualified_count, 0) as stage_qualified_count,
        -- A moved score concerns everybody with a score: it does not say whose stage it decides.
        case
            when causes.affected_stage is null then 'no_stage'
            when causes.kind = 'score_recalibrated' then 'scores_of_all'
            when record_values.stage is null then 'no_open_journeys'
        end as value_missing_reason,
        record_values.record_value_amount,
        ranked_changes.counted_stage,
        ranked_changes.qualified_count,
        ranked_changes.earlier_reported_count,
        ranked_changes.largest_driver,
        ranked_changes.largest_change,
        next_steps.usual_causes,
        next_steps.next_step,
        ranked_decisions.decision,
        ranked_decisions.turned_out,
        causes.explained_date is not null as is_explained,
        ranked_decisions.decision = 'resolved'
        and causes.last_seen_date <= ranked_decisions.decided_on as is_closed,
        ranked_decisions.reason,
        ranked_decisions.decided_by,
        ranked_decisions.decided_on,
        ranked_decisions.valid_until,
        coalesce(ranked_decisions.is_expired, true) as is_expired,
        coalesce(
            {{ add_days('cast(causes.quiet_date as timestamp)', int_var('label_days') ~ ' + 1') }}
            <= {{ cutoff() }},
            false
        ) as is_quiet
    from causes
    left join next_steps on causes.kind = next_steps.kind
    left join stage_entries on causes.alert_key = stage_entries.alert_key
    left join record_values on causes.affected_stage = record_values.stage
    left join ranked_changes
        on causes.alert_key = ranked_changes.alert_key and ranked_changes.change_rank = 1
    left join ranked_decisions
        on causes.alert_key = ranked_decisions.alert_key and ranked_decisions.decision_rank = 1

),

alerts as (

    select
        alert_key,
        signal_series_key,
        monitor,
        kind,
        severity,
        system,
        coalesce(stage, 'none') as stage,
        definition_version,
        rule,
        subject,
        owner_team,
        summary,
        usual_causes,
        next_step,
        window_observed_volume,
        window_expected_volume,
        observed_volume,
        expected_volume,
        affected_count,
        affected_stage,
        case when affected_stage is not null then stage_qualified_count end
            as stage_qualified_count,
        case
            when affected_stage is not null
                then {{ ratio('affected_count', 'stage_qualified_count') }}
        end as affected_ratio,
        case when value_missing_reason is null then record_value_amount end as record_value_amount,
        case
            when value_missing_reason is null
                then cast(affected_count * record_value_amount as decimal(18, 2))
        end as value_at_stake_amount,
        value_missing_reason,
        counted_stage,
        qualified_count,
        earlier_reported_count,
        largest_driver,
        largest_change,
        case
            when is_closed or is_explained or (is_quiet and kind != 'unknown_label')
                then 'resolved'
            when not is_expired and decision != 'resolved' then decision
            when is_quiet then 'quiet'
            else 'open'
        end as status,
        case
            when is_closed then reason || ' (' || decided_by || ')'
            when resolving_kind = 'came_later'
                then
                    'most of the labels came later, the last on '
                    || {{ long_date('explained_date') }}
            when is_explained
                then
                    'explained by the alert on ' || replace(resolving_kind, '_', ' ') || ' of '
                    || {{ long_date('explained_date') }}
            when is_quiet and kind != 'unknown_label' then 'no further alarm'
            when decision = 'resolved' and not is_quiet
                then 'resolved by ' || decided_by || ', but it still alarms'
            when is_quiet and is_expired then 'no further alarm, but the label is still not mapped'
            when decision is not null and is_expired
                then
                    decision || ' by ' || decided_by || ', expired on '
                    || {{ long_date('valid_until') }}
            when decision is not null then reason || ' (' || decided_by || ')'
        end as status_reason,
        turned_out,
        window_first_date,
        window_last_date,
        first_seen_date,
        last_seen_date,
        case
            when is_closed then decided_on
            when is_explained then explained_date
            when is_quiet and kind != 'unknown_label' then quiet_date
        end as resolved_date,
        case when decision = 'silenced' and not is_expired then valid_until end as silenced_until
    from decided_causes

)

select * from alerts
