{# Grain: one row per alarm that no other alarm explains, with the episode that it belongs to.
   Alarms of one family that are no more than the var drift_quiet_days apart are one episode, up
   to a day on which the level shifts again. A cause explains as many labels as it can, no more. #}
{%- set family = 'system, stage, definition_version, family' -%}
{%- set quiet_days = int_var('drift_quiet_days') -%}
{%- set late_days = int_var('label_late_days') -%}

with

signals as (select * from {{ ref('int_drift_signals_unioned') }} where is_alarm),

monitors as (select * from {{ ref('drift_monitors') }}),

alarms as (

    -- A silent system is one cause, whatever it no longer sends; so are all words in one field.
    select
        signals.*,
        monitors.method,
        monitors.kind,
        monitors.family is not null as is_of_labels,
        case
            when monitors.family is not null then monitors.family
            when monitors.method = 'silence' and monitors.kind = 'missing_data'
                then signals.monitor
            when monitors.kind = 'unknown_value'
                then
                    signals.monitor || ' '
                    || substr(signals.subject, 1, position(' ' in signals.subject) - 1)
            else signals.monitor || ' ' || signals.subject
        end as family,
        coalesce(signals.level_shift_z_score >= monitors.level_shift_threshold, false)
            as is_level_shift
    from signals
    inner join monitors on signals.monitor = monitors.monitor

),

unreadable_days as (

    select
        system,
        substr(subject, 1, position(' ' in subject) - 1) as attribute,
        signal_date,
        sum(observed) as volume
    from alarms
    where kind = 'unknown_value'
    group by system, attribute, signal_date

),

unreadable_alarms as (

    -- A value that no rule can read is missing, too.
    select
        alarms.system,
        alarms.stage,
        alarms.monitor,
        alarms.subject,
        alarms.signal_date,
        'unknown_value' as cause_kind,
        min(unreadable_days.signal_date) as cause_date
    from alarms
    inner join unreadable_days
        on
            alarms.system = unreadable_days.system
            and alarms.subject = unreadable_days.attribute
            and alarms.signal_date >= unreadable_days.signal_date
            and alarms.window_first_date <= {{ add_days(
                'cast(unreadable_days.signal_date as timestamp)', quiet_days
            ) }}
    where alarms.kind = 'fill_rate'
    group by
        alarms.system, alarms.stage, alarms.monitor, alarms.subject, alarms.signal_date,
        alarms.z_score, alarms.z_threshold, alarms.observed, alarms.expected
    having
        alarms.z_score * (alarms.observed - alarms.expected - sum(unreadable_days.volume))
        < alarms.z_threshold * (alarms.observed - alarms.expected)

),

explained_alarms as (

    -- Values that nobody knows or can read explain the labels of these people: an alarm stays if
    -- the other people alone would raise it. None come from a silent system, or all come late.
    select
        alarms.system,
        alarms.stage,
        alarms.monitor,
        alarms.subject,
        alarms.signal_date,
        causes.kind as cause_kind,
        min(causes.signal_date) as cause_date
    from alarms
    inner join alarms as causes
        on
            alarms.system = causes.system
            and (
                (
                    causes.kind in ('fill_rate', 'unknown_value')
                    and alarms.is_of_labels
                    and alarms.signal_date >= causes.signal_date
                    and cast(alarms.signal_date as timestamp) <= {{ add_days(
                        'cast(causes.signal_date as timestamp)', quiet_days
                    ) }}
                    and alarms.z_score * (
                        alarms.observed - alarms.expected - alarms.unknown_observed
                    ) < alarms.z_threshold * (alarms.observed - alarms.expected)
                )
                or (
                    (alarms.family = 'label_withheld' or alarms.kind = 'vanished_label')
                    and causes.kind = 'missing_data'
                    and alarms.signal_date <= causes.signal_date
                    and {{ add_days(
                        'cast(alarms.signal_date as timestamp)', int_var('label_days')
                    ) }} >= cast(causes.signal_date as timestamp)
                )
                or (
                    alarms.kind = 'vanished_label'
                    and causes.kind = 'late_labels'
                    and alarms.signal_date <= causes.signal_date
                    and {{ add_days('cast(alarms.signal_date as timestamp)', late_days) }}
                    >= cast(causes.signal_date as timestamp)
                )
            )
    group by
        alarms.system, alarms.stage, alarms.monitor, alarms.subject, alarms.signal_date,
        causes.kind
    union all
    select * from unreadable_alarms

),

first_explanations as (

    select
        system,
        stage,
        monitor,
        subject,
        signal_date,
        {{ first_by('cause_kind', 'row(cause_date, cause_kind)') }} as cause_kind,
        min(cause_date) as explained_date
    from explained_alarms
    group by system, stage, monitor, subject, signal_date

),

unexplained_alarms as (

    -- An alarm that builds have raised before its cause showed is not taken back: its alert ends.
    select
        alarms.*,
        first_explanations.cause_kind,
        first_explanations.explained_date
    from alarms
    left join first_explanations
        on
            {{ same('alarms', 'first_explanations', ['system', 'stage', 'monitor', 'subject',
                'signal_date']) }}
    where
        first_explanations.system is null
        or cast(first_explanations.explained_date as timestamp) > case
            when alarms.is_of_labels
                then {{ add_days(
                    'cast(alarms.signal_date as timestamp)', int_var('label_days')
                ) }}
            else cast(alarms.signal_date as timestamp)
        end

),

first_alarms as (

    -- A label or value that no seed maps stays with its first alarm, however rare it is.
    select
        *,
        case
            when method = 'count'
                then min(signal_date) over (partition by {{ family }}, monitor, subject)
            else signal_date
        end as cause_date
    from unexplained_alarms

),

family_days as (

    select
        {{ family }},
        cause_date,
        bool_or(is_level_shift) as has_level_shift,
        coalesce(bool_or(is_recent), true) as is_recent,
        max(window_first_date) as window_first_date
    from first_alarms
    group by {{ family }}, cause_date

),

neighbouring_days as (

    -- Windows that look back at a change that is over do not prolong its episode, nor do they
    -- begin another one.
    select
        *,
        lag(cause_date) over (partition by {{ family }} order by cause_date) as former_date,
        max(case when is_recent then cause_date end) over (
            partition by {{ family }} order by cause_date
            rows between unbounded preceding and 1 preceding
        ) as last_recent_date
    from family_days

),

numbered_days as (

    select
        *,
        sum(case
            when
                former_date is null
                -- A cause begins on one day, whichever monitors show it.
                or has_level_shift
                or (
                    is_recent
                    and coalesce(window_first_date > last_recent_date, true)
                    and cast(cause_date as timestamp)
                    > {{ add_days('cast(coalesce(last_recent_date, former_date) as timestamp)',
                        quiet_days) }}
                )
                then 1
            else 0
        end) over (
            partition by {{ family }} order by cause_date
            rows between unbounded preceding and current row
        ) as episode_number
    from neighbouring_days

),

int_alarms_grouped as (

    select
        first_alarms.system,
        first_alarms.stage,
        first_alarms.definition_version,
        first_alarms.family,
        first_alarms.monitor,
        first_alarms.subject,
        first_alarms.method,
        first_alarms.kind,
        numbered_days.episode_number,
        first_alarms.window_days,
        first_alarms.observed,
        first_alarms.expected,
        first_alarms.z_score,
        first_alarms.is_recent,
        first_alarms.cause_kind,
        first_alarms.window_first_date,
        first_alarms.signal_date,
        first_alarms.explained_date,
        -- Most of the missing labels have come since, and without them it would be no alarm.
        case
            when
                first_alarms.came_later > 0
                and 2 * first_alarms.came_later >= first_alarms.observed - first_alarms.expected
                and first_alarms.z_score
                * (first_alarms.observed - first_alarms.expected - first_alarms.came_later)
                < first_alarms.z_threshold * (first_alarms.observed - first_alarms.expected)
                then first_alarms.last_came_date
        end as came_date
    from first_alarms
    inner join numbered_days
        on
            {{ same('first_alarms', 'numbered_days', ['system', 'stage', 'definition_version',
                'family', 'cause_date']) }}

)

select * from int_alarms_grouped
