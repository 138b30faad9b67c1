{# Grain: one row per episode of alarms.
   The rule that it is about, the team that owns it, and the sentence that people read. #}
{%- set episode = ['system', 'stage', 'definition_version', 'monitor', 'first_seen_date'] -%}
{%- set longest_window = var('drift_windows') | max -%}
{#- The same with what has come since the window that alarmed first. -#}
{%- set so_far -%}
    case
        when last_seen_date = window_last_date then ''
        when method = 'silence' and round(expected_volume) = round(window_expected_volume) then ''
        when method = 'silence'
            then
                ' By ' || {{ long_date('last_seen_date') }} || ' about '
                || {{ with_thousands('expected_volume') }} || ' are missing.'
        when observed_volume = window_observed_volume then ''
        else
            ' In all, ' || case when is_ongoing then 'since ' else 'from ' end
            || {{ long_date('window_first_date') }}
            || case when is_ongoing then '' else ' to ' || {{ long_date('last_seen_date') }} end
            || ': ' || {{ with_thousands('observed_volume') }}
            || ' (expected: ' || {{ expected_text('expected_volume') }} || ').'
    end
    || case
        when growth_ratio is null then ''
        else
            ' It has grown: in the last week it was about '
            || {{ with_thousands('growth_ratio') }} || ' times as much as in the first.'
    end
    || case
        when reference_last_date is null then ''
        else
            ' It began before the end of the reference days ('
            || {{ long_date('reference_last_date') }} || ').'
    end
{%- endset -%}

with

episodes as (select * from {{ ref('int_drift_episodes_measured') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

mismatches as (

    select * from {{ ref('int_label_trial_cells_counted') }}
    where not is_defined and segment_kind = 'channel'

),

baselines as (select * from {{ ref('int_mismatch_baselines_estimated') }} where not is_defined),

rules as (select * from {{ ref('int_required_rules_listed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

source_systems as (select * from {{ seed_by_system(ref('source_systems')) }}),

stage_claims as (select * from {{ ref('int_stage_claims_rows_checked') }}),

label_stages as (

    select
        system,
        lower(label) as label,
        min(stage) as stage
    from {{ seed_by_system(ref('stage_labels')) }}
    group by system, lower(label)

),

monitored_episodes as (

    select
        episodes.*,
        monitors.method,
        monitors.blocked_by,
        monitors.severity,
        monitors.sentence,
        -- The monitor that its family is named after sees the labels of all rules.
        monitors.blocked_by = 'any' and monitors.monitor = monitors.family as is_of_all_rules,
        case
            when
                (monitors.from_points is not null and monitors.blocked_by != 'any')
                or monitors.method = 'score'
                then 'score'
            when episodes.kind = 'fill_rate' then episodes.subject
            when episodes.kind = 'unknown_value'
                then substr(episodes.subject, 1, position(' ' in episodes.subject) - 1)
        end as attribute,
        coalesce(
            {{ add_days('cast(episodes.quiet_date as timestamp)', int_var('label_days') ~ ' + 1') }}
            > {{ cutoff() }},
            true
        ) as is_ongoing
    from episodes
    inner join monitors on episodes.monitor = monitors.monitor

),

rule_excesses as (

    -- By how much more than usual each rule's people got the label, up to the first day.
    select
        {% for column in episode %}monitored_episodes.{{ column }},
        {% endfor -%}
        mismatches.blocking_rule,
        sum(mismatches.mismatch_count - mismatches.trial_count * baselines.mismatch_rate) as excess
    from monitored_episodes
    inner join mismatches
        on
            {{ same('monitored_episodes', 'mismatches', ['system', 'stage',
                'definition_version']) }}
            and monitored_episodes.first_seen_date >= mismatches.trial_date
            and cast(
                {{ add_days('cast(monitored_episodes.first_seen_date as timestamp)',
                    -longest_window) }} as date
            ) < mismatches.trial_date
    inner join baselines
        on
            {{ same('mismatches', 'baselines', ['system', 'stage', 'definition_version',
                'blocking_rule', 'points_from_threshold']) }}
    where monitored_episodes.is_of_all_rules
    group by
        {% for column in episode %}monitored_episodes.{{ column }},
        {% endfor -%}
        mismatches.blocking_rule

),

rule_shares as (

    select
        *,
        sum(case when excess > 0 then excess else 0 end)
            over (partition by {{ episode | join(', ') }}) as whole_excess
    from rule_excesses

),

main_rules as (

    -- The rule behind more than half of it, if one is.
    select * from rule_shares
    where excess > 0.5 * whole_excess and blocking_rule != 'several'

),

attribute_rules as (

    select
        definition_version,
        attribute,
        min(rule) as rule
    from rules
    where attribute not in ('evidence', 'stage')
    group by definition_version, attribute

),

rule_stages as (

    -- The first stage with the rule.
    select
        rules.definition_version,
        rules.rule,
        {{ first_by('rules.stage', 'stages.stage_order') }} as stage
    from rules
    inner join stages on rules.stage = stages.stage
    group by rules.definition_version, rules.rule

),

label_spellings as (

    -- Labels are compared in lower case and shown as the system writes them.
    select
        system,
        lower(label) as label,
        max(label) as label_name
    from stage_claims
    group by system, lower(label)

),

named_episodes as (

    select
        monitored_episodes.*,
        case
            when monitored_episodes.blocked_by = 'one_rule' then monitored_episodes.subject
            else coalesce(main_rules.blocking_rule, attribute_rules.rule)
        end as rule,
        ' (most of them fail only its rule "' || main_rules.blocking_rule || '")' as rule_note,
        coalesce(source_systems.system_name, monitored_episodes.system) as system_name,
        stages.stage_name,
        coalesce(
            stages.owner_team, source_systems.owner_team, {{ text_var('default_owner_team') }}
        ) as owner_team,
        case
            when monitored_episodes.unlisted_count > 1 and monitored_episodes.subject_list is null
                then
                    monitored_episodes.attribute || ': '
                    || {{ with_thousands('monitored_episodes.unlisted_count') }} || ' rare words'
            when monitored_episodes.unlisted_count > 0 and monitored_episodes.subject_list != ''
                then
                    monitored_episodes.subject_list || ' and '
                    || {{ with_thousands('monitored_episodes.unlisted_count') }} || ' others'
            when monitored_episodes.kind = 'unknown_value' and monitored_episodes.subject_list != ''
                then monitored_episodes.subject_list
            when monitored_episodes.subject = 'withheld'
                then
                    'not shown: in fewer than {{ int_var("least_published_records") }} rows'
                    || case
                        when monitored_episodes.kind = 'unknown_label'
                            then '; see row_json in marts.quarantine'
                        else ''
                    end
            else coalesce(label_spellings.label_name, monitored_episodes.subject)
        end as subject_name,
        coalesce(vanished_spellings.label_name, monitored_episodes.vanished_label)
            as vanished_name,
        coalesce(nullif(monitored_episodes.stage, ''), label_stages.stage) as label_stage,
        case
            when monitored_episodes.window_first_date = monitored_episodes.window_last_date
                then 'on ' || {{ long_date('window_last_date') }}
            else
                'from ' || {{ long_date('window_first_date') }}
                || ' to ' || {{ long_date('window_last_date') }}
        end as window_text,
        case
            when monitored_episodes.is_ongoing then 'since ' || {{ long_date('window_first_date') }}
            when monitored_episodes.window_first_date = monitored_episodes.last_seen_date
                then 'on ' || {{ long_date('window_first_date') }}
            else
                'from ' || {{ long_date('window_first_date') }}
                || ' to ' || {{ long_date('last_seen_date') }}
        end as period_text
    from monitored_episodes
    left join main_rules on {{ same('monitored_episodes', 'main_rules', episode) }}
    left join attribute_rules
        on {{ same('monitored_episodes', 'attribute_rules', ['definition_version', 'attribute']) }}
    left join stages on monitored_episodes.stage = stages.stage
    left join source_systems on monitored_episodes.system = source_systems.system
    left join label_spellings
        on
            monitored_episodes.system = label_spellings.system
            and monitored_episodes.subject = label_spellings.label
            and monitored_episodes.monitor in ('unknown_label', 'vanished_label')
    left join label_spellings as vanished_spellings
        on
            monitored_episodes.system = vanished_spellings.system
            and monitored_episodes.vanished_label = vanished_spellings.label
    left join label_stages
        on
            monitored_episodes.system = label_stages.system
            and label_stages.label = case
                when monitored_episodes.monitor = 'vanished_label' then monitored_episodes.subject
                else monitored_episodes.vanished_label
            end

),

affected_episodes as (

    -- The stage that the alert is about: of the label, else the first one with the rule.
    select
        named_episodes.*,
        coalesce(named_episodes.label_stage, rule_stages.stage) as affected_stage,
        affected_stages.stage_name as affected_stage_name
    from named_episodes
    left join rule_stages
        on {{ same('named_episodes', 'rule_stages', ['definition_version', 'rule']) }}
    left join stages as affected_stages
        on coalesce(named_episodes.label_stage, rule_stages.stage) = affected_stages.stage

),

episode_sentences as (

    -- The numbers first, then the words: each sentence is filled in two steps.
    select
        *,
        {{ alert_sentence(
            template='sentence',
            texts={},
            counts={
                'observed': 'window_observed_volume', 'missed': 'window_expected_volume',
                'total': 'observed_volume', 'affected': 'affected_count',
                'points': 'abs(observed_volume)', 'usual': 'abs(expected_volume)',
                'ongoing': 'cast(is_ongoing as integer)',
            },
        ) }} as counted_sentence
    from affected_episodes

),

int_drift_episodes_described as (

    select
        {{ key_of(['system', 'kind', 'stage', 'monitor', "coalesce(rule, '')", 'subject',
            'first_seen_date']) }} as alert_key,
        {{ key_of(['system', 'stage', 'monitor', 'subject', 'definition_version']) }}
            as signal_series_key,
        monitor,
        kind,
        severity,
        system,
        nullif(stage, '') as stage,
        definition_version,
        rule,
        case
            when blocked_by = 'one_rule' or subject = '' then null
            -- A word that few records bear may be somebody's name.
            when kind = 'unknown_value' and named_subject is not null then named_subject
            when kind = 'unknown_value' and unlisted_count > 1 then attribute
            else subject
        end as subject,
        owner_team,
        {{ alert_sentence(
            template="case
                when subject = 'withheld'
                    then replace(counted_sentence, '\"{subject}\"', '({subject})')
                else counted_sentence
            end",
            texts={
                'system': 'system_name', 'stage': 'stage_name', 'rule': 'rule',
                'rule_note': 'rule_note', 'subject': 'subject_name',
                'subject_words': "replace(subject_name, '_', ' ')",
                'channel': "replace(subject, '_', ' ')",
                'above_or_below': "case when observed_volume < 0 then 'below' else 'above' end",
                'usually_above_or_below':
                    "case when round(expected_volume) < 0 then ' below'
                        when round(expected_volume) > 0 then ' above' end",
                'window': 'window_text', 'when': 'period_text',
                'expected': expected_text('window_expected_volume'),
                'first_alarm': long_date('first_seen_date'),
                'so_far': so_far,
                'replaced': "' It probably replaces \"' || vanished_name || '\"'
                    || coalesce(' (' || affected_stage_name || ')', '')
                    || ', which has not been set from ' || " ~ long_date('vanished_since_date')
                    ~ " || ' on.'",
            },
            counts={},
        ) }} as summary,
        window_observed_volume,
        window_expected_volume,
        observed_volume,
        expected_volume,
        affected_count,
        affected_stage,
        resolving_kind,
        window_first_date,
        window_last_date,
        first_seen_date,
        last_seen_date,
        quiet_date,
        explained_date
    from episode_sentences

)

select * from int_drift_episodes_described
