{# Grain: one row per system, stage, version, monitor of a rate, subject and day.
   Rates of bad rows (duplicates, back-dated labels, missing values, labels without a touch), and
   what the rates of the reference days expect, channel by channel where a channel is known. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

integrity_events as (select * from {{ ref('int_bad_rows_counted') }}),

trials as (select * from {{ ref('int_label_trials_evaluated') }}),

agreed_references as (select * from {{ ref('drift_references') }}),

label_delays as (select * from {{ ref('int_label_delays_counted') }} where label_count > 0),

late_labels as (

    select
        system,
        label_date,
        sum(case
            when delay_days > {{ int_var('label_days') }} then label_count else 0
        end) as late_count,
        sum(label_count) as label_count
    from label_delays
    group by system, label_date

),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }} where evaluation = 'in_force'

),

rules as (select * from {{ ref('int_required_rules_listed') }}),

rule_outcomes as (select * from {{ ref('int_profile_rules_evaluated') }}),

monitors as (select * from {{ ref('drift_monitors') }} where method = 'rate'),

attribute_stages as (

    -- An attribute is looked at once, at the first stage with a rule about it.
    select
        definition_version,
        attribute,
        min(stage) as stage
    from rules
    where attribute not in ('evidence', 'score', 'stage')
    group by definition_version, attribute

),

profile_trials as (

    select
        system,
        stage,
        definition_version,
        channel,
        profile_key,
        trial_date,
        count(*) as trial_count
    from trials
    where has_touch
    group by system, stage, definition_version, channel, profile_key, trial_date

),

missing_value_counts as (

    select
        profile_trials.system,
        profile_trials.definition_version,
        rules.attribute,
        profile_trials.channel,
        profile_trials.trial_date,
        sum(case when rule_outcomes.outcome = 'unknown' then profile_trials.trial_count else 0 end)
            as bad_count,
        sum(profile_trials.trial_count) as all_count
    from profile_trials
    inner join attribute_stages
        on {{ same('profile_trials', 'attribute_stages', ['definition_version', 'stage']) }}
    inner join rules
        on
            {{ same('attribute_stages', 'rules', ['definition_version', 'stage', 'attribute']) }}
    left join rule_outcomes
        on
            profile_trials.profile_key = rule_outcomes.profile_key
            and {{ same('rules', 'rule_outcomes', ['definition_version', 'stage', 'rule']) }}
    group by
        profile_trials.system, profile_trials.definition_version, rules.attribute,
        profile_trials.channel, profile_trials.trial_date

),

rate_counts as (

    select
        integrity_events.system,
        cast('' as {{ dbt.type_string() }}) as stage,
        integrity_events.definition_version,
        integrity_events.signal as monitor,
        integrity_events.subject,
        'all' as channel,
        integrity_events.event_date,
        integrity_events.bad_count,
        integrity_events.all_count
    from integrity_events
    inner join monitors on integrity_events.signal = monitors.monitor
    union all
    select
        system,
        '' as stage,
        definition_version,
        'fill_rate' as monitor,
        attribute as subject,
        channel,
        trial_date as event_date,
        bad_count,
        all_count
    from missing_value_counts
    union all
    select
        system,
        stage,
        definition_version,
        'label_without_touch' as monitor,
        '' as subject,
        'all' as channel,
        trial_date as event_date,
        count(case when not has_touch then 1 end) as bad_count,
        count(*) as all_count
    from trials
    -- On the last days the labels that follow a touch are still to come: without them those that
    -- follow none would look like most.
    where
        is_labelled
        and {{ add_days('cast(trial_date as timestamp)', int_var('label_days') ~ ' + 1') }}
        <= {{ cutoff() }}
    group by system, stage, definition_version, trial_date
    union all
    select
        late_labels.system,
        '' as stage,
        versions.definition_version,
        'late_labels' as monitor,
        '' as subject,
        'all' as channel,
        late_labels.label_date as event_date,
        late_labels.late_count as bad_count,
        late_labels.label_count as all_count
    from late_labels
    inner join versions
        on
            cast(late_labels.label_date as timestamp) >= versions.valid_from
            and cast(late_labels.label_date as timestamp) < versions.valid_to

),

ranked_counts as (

    select
        rate_counts.*,
        agreed_references.system is not null as has_agreed_reference,
        dense_rank() over (
            partition by
                rate_counts.system, rate_counts.stage, rate_counts.definition_version,
                rate_counts.monitor, rate_counts.subject
            order by rate_counts.event_date
        ) as day_rank
    from rate_counts
    left join agreed_references on rate_counts.system = agreed_references.system
    where coalesce(rate_counts.event_date >= agreed_references.first_date, true)

),

series_lengths as (

    select
        {{ series }},
        max(day_rank) as day_count
    from ranked_counts
    group by {{ series }}

),

numbered_counts as (

    -- The first people of a system have no duplicates: a long history begins after its start-up.
    select
        ranked_counts.*,
        ranked_counts.day_rank - case
            when
                monitors.has_startup
                and not ranked_counts.has_agreed_reference
                and series_lengths.day_count
                > {{ int_var('drift_startup_days') }} + {{ int_var('drift_reference_days') }}
                then {{ int_var('drift_startup_days') }}
            else 0
        end as day_number
    from ranked_counts
    inner join monitors on ranked_counts.monitor = monitors.monitor
    inner join series_lengths
        on {{ same('ranked_counts', 'series_lengths', ['system', 'stage', 'definition_version',
            'monitor', 'subject']) }}

),

reference_sums as (

    select
        *,
        coalesce(sum(case
            when day_number <= {{ int_var('drift_reference_days') }} then bad_count
        end) over (partition by {{ series }}, channel), 0) as reference_bad_count,
        coalesce(sum(case
            when day_number <= {{ int_var('drift_reference_days') }} then all_count
        end) over (partition by {{ series }}, channel), 0) as reference_count
    from numbered_counts
    where day_number > 0

),

expected_rates as (

    select
        *,
        cast(
            (reference_bad_count + {{ decimal_var('drift_prior_bad_rows') }})
            / (reference_count + {{ decimal_var('drift_prior_rows') }})
            as decimal(12, 9)
        ) as bad_rate
    from reference_sums

),

int_quality_monitor_days_aggregated as (

    select
        {{ series }},
        day_number,
        event_date as series_date,
        {{ as_double('sum(all_count)') }} as trial_count,
        {{ as_double('sum(bad_count)') }} as observed,
        {{ as_double('0') }} as unknown_observed,
        {{ as_double('0') }} as came_later,
        cast(null as date) as last_came_date,
        {{ as_double('sum(all_count * bad_rate)') }} as expected,
        {{ as_double('sum(all_count * bad_rate * (1 - bad_rate))') }} as variance,
        {{ as_double('sum(all_count * bad_rate)') }} as weight
    from expected_rates
    group by {{ series }}, day_number, event_date

)

select * from int_quality_monitor_days_aggregated
