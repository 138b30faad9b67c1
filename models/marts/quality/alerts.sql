{# Grain: one row an alert: a cause in one spell of time, whether it still goes on, and what was
   decided about it. #}
with

causes as (select * from {{ ref('int_alert_causes_unioned') }}),

decisions as (select * from {{ ref('int_decisions_checked') }}),

decided as (

    select
        causes.alert_key,
        decisions.decision,
        decisions.reason,
        decisions.decided_by,
        decisions.valid_until,
        row_number() over (
            partition by causes.alert_key
            order by
                decisions.is_expired asc,
                decisions.decided_on desc,
                decisions.decision asc,
                decisions.reason asc
        ) as place,
        decisions.is_expired
    from causes
    inner join decisions
        on
            coalesce(decisions.kind, causes.kind) = causes.kind
            and coalesce(decisions.system, causes.system, '') = coalesce(causes.system, '')
            and coalesce(decisions.stage, causes.stage, '') = coalesce(causes.stage, '')
            and coalesce(decisions.subject, causes.subject, causes.rule, '')
            in (coalesce(causes.subject, ''), coalesce(causes.rule, ''))

),

judged as (

    select
        causes.*,
        decided.decision,
        decided.reason,
        decided.decided_by,
        decided.valid_until,
        coalesce(decided.is_expired, true) as is_expired,
        {{ add_days('cast(causes.last_seen_date as timestamp)', int_var('drift_quiet_days')
            ~ ' + ' ~ int_var('label_days') ~ ' + 1') }} <= {{ cutoff() }} as is_quiet,
        cast(
            {{ add_days('cast(causes.last_seen_date as timestamp)', int_var('drift_quiet_days')) }}
            as date
        ) as quiet_date
    from causes
    left join decided on causes.alert_key = decided.alert_key and decided.place = 1

),

alerts as (

    select
        alert_key,
        kind,
        severity,
        system,
        stage,
        definition_version,
        rule,
        subject,
        owner_team,
        summary,
        observed_count,
        expected_volume,
        affected_count,
        counted_stage,
        entered_count,
        earlier_reported_count,
        largest_part,
        largest_change,
        case
            when is_quiet then 'resolved'
            when not is_expired then decision
            else 'open'
        end as status,
        case
            when is_quiet then 'no alarm any more'
            when decision is not null and is_expired
                then decision || ' by ' || decided_by || ', which has run out'
            when decision is not null then reason || ' (' || decided_by || ')'
        end as status_reason,
        first_seen_date,
        last_seen_date,
        case when is_quiet then quiet_date end as resolved_date,
        case when decision = 'silenced' and not is_expired then valid_until end as silenced_until
    from judged

)

select * from alerts
