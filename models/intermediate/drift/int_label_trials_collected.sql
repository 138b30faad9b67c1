{# Grain: one row per system, person, stage and day on which the system had a reason to set the
   stage's label (a touch that counts for the stage), or set the label without one.
   The trials of label agreement: on which day did the system set the label? A label that comes
   late (after label_days, within label_late_days) still belongs to the person's last touch. #}
{%- set trial = ['system', 'person_key', 'stage'] -%}

with

touches as (

    select * from {{ ref('int_evaluation_touches_scored') }}
    where evaluation = 'in_force' and occurred_at is not null

),

touch_channels as (select * from {{ ref('int_touches_resolved') }}),

criteria as (select * from {{ ref('int_touch_kinds_scored') }} where is_candidate),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

person_records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('int_labels_collected') }} where labelled_at is not null),

profiles as (select * from {{ ref('int_person_profiles_dated') }}),

unknown_claims as (

    select * from {{ ref('int_stage_claims_rows_checked') }} where reason_code = 'unknown_label'

),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force'

),

system_stages as (

    select distinct
        system,
        stage
    from {{ seed_by_system(ref('stage_labels')) }}
    where entity = 'stage_claims'

),

system_records as (

    select
        people.system,
        person_records.person_key,
        people.record_key,
        people.created_at,
        people.deleted_at,
        count(*) over (partition by people.system, person_records.person_key) as record_count
    from people
    inner join person_records on people.record_key = person_records.record_key

),

system_persons as (

    select
        system,
        person_key,
        min(created_at) as created_at
    from system_records
    group by system, person_key

),

touch_days as (

    -- Only persons whom the system knew by then and had not labelled before; the day's last touch.
    select
        system_persons.system,
        touches.person_key,
        system_stages.stage,
        cast(touches.occurred_at as date) as trial_date,
        {{ last_by('touches.touch_key', 'row(touches.occurred_at, touches.touch_key)') }}
            as touch_key
    from touches
    inner join criteria
        on
            touches.definition_version = criteria.definition_version
            and touches.kind = criteria.kind
    inner join system_persons on touches.person_key = system_persons.person_key
    inner join system_stages
        on
            system_persons.system = system_stages.system
            and criteria.stage = system_stages.stage
    left join labels
        on
            system_persons.system = labels.system
            and touches.person_key = labels.person_key
            and criteria.stage = labels.stage
    where
        cast(touches.occurred_at as date) >= cast(system_persons.created_at as date)
        and (
            labels.labelled_at is null
            or cast(labels.labelled_at as date) >= cast(touches.occurred_at as date)
        )
    group by system_persons.system, touches.person_key, system_stages.stage, trial_date

),

touch_trials as (

    -- A late label is that of the last touch before it.
    select
        touch_days.*,
        case
            when labels.labelled_at < {{ add_days(
                'cast(touch_days.trial_date as timestamp)', int_var('label_late_days') ~ ' + 1'
            ) }} and labels.labelled_at < {{ cutoff() }}
                then cast(labels.labelled_at as date)
        end as label_date,
        coalesce(
            labels.labelled_at < {{ add_days(
                'cast(touch_days.trial_date as timestamp)', int_var('label_days') ~ ' + 1'
            ) }},
            false
        ) or lead(touch_days.trial_date) over (
            partition by touch_days.system, touch_days.person_key, touch_days.stage
            order by touch_days.trial_date
        ) is null as is_closest
    from touch_days
    left join labels on {{ same('touch_days', 'labels', trial) }}

),

unknown_label_days as (

    -- Whom a label that no seed maps may have been meant for.
    select distinct
        touch_days.system,
        touch_days.person_key,
        touch_days.stage,
        touch_days.trial_date
    from touch_days
    inner join person_records on touch_days.person_key = person_records.person_key
    inner join unknown_claims
        on
            person_records.record_key = unknown_claims.record_key
            and touch_days.system = unknown_claims.system
            and unknown_claims.claimed_at >= cast(touch_days.trial_date as timestamp)
            and unknown_claims.claimed_at < {{ add_days(
                'cast(touch_days.trial_date as timestamp)', int_var('label_late_days') ~ ' + 1'
            ) }}

),

label_trials as (

    select
        touch_trials.system,
        touch_trials.person_key,
        touch_trials.stage,
        touch_trials.touch_key,
        true as has_touch,
        touch_trials.is_closest and touch_trials.label_date is not null as is_labelled,
        unknown_label_days.system is not null as has_unknown_label,
        touch_trials.label_date,
        touch_trials.trial_date
    from touch_trials
    left join unknown_label_days
        on {{ same('touch_trials', 'unknown_label_days', trial + ['trial_date']) }}
    union all
    -- A label that no touch of the days before explains.
    select
        labels.system,
        labels.person_key,
        labels.stage,
        cast(null as bigint) as touch_key,
        false as has_touch,
        true as is_labelled,
        false as has_unknown_label,
        cast(labels.labelled_at as date) as label_date,
        cast(labels.labelled_at as date) as trial_date
    from labels
    left join touch_trials
        on
            {{ same('labels', 'touch_trials', trial) }}
            and touch_trials.is_closest
            and touch_trials.label_date is not null
    where
        touch_trials.person_key is null
        and labels.stage in (select criteria.stage from criteria)

),

finished_trials as (

    -- A day does not count before it is over.
    select
        *,
        {{ add_days('cast(trial_date as timestamp)', 1) }} as day_ends_at
    from label_trials
    where {{ add_days('cast(trial_date as timestamp)', 1) }} <= {{ cutoff() }}

),

several_record_days as (

    -- A record that was merged into another one counts until the system has had time for its score.
    select
        finished_trials.system,
        finished_trials.person_key,
        finished_trials.trial_date
    from finished_trials
    inner join system_records
        on
            {{ same('finished_trials', 'system_records', ['system', 'person_key']) }}
            and system_records.record_count > 1
            and finished_trials.day_ends_at > system_records.created_at
            and coalesce(
                {{ add_days('system_records.deleted_at', int_var('label_days')) }}
                >= finished_trials.day_ends_at,
                true
            )
    group by finished_trials.system, finished_trials.person_key, finished_trials.trial_date
    having count(distinct system_records.record_key) > 1

),

int_label_trials_collected as (

    select
        finished_trials.system,
        finished_trials.person_key,
        finished_trials.stage,
        versions.definition_version,
        profiles.profile_key,
        touches.journey_key,
        coalesce(touch_channels.channel, 'unknown') as channel,
        touches.score,
        finished_trials.has_touch,
        finished_trials.is_labelled,
        finished_trials.has_unknown_label,
        several_record_days.system is not null as has_several_records,
        finished_trials.label_date,
        finished_trials.trial_date,
        finished_trials.day_ends_at
    from finished_trials
    inner join versions
        on
            cast(finished_trials.trial_date as timestamp) >= versions.valid_from
            and cast(finished_trials.trial_date as timestamp) < versions.valid_to
    left join several_record_days
        on
            {{ same('finished_trials', 'several_record_days', ['system', 'person_key',
                'trial_date']) }}
    left join touches on finished_trials.touch_key = touches.touch_key
    left join touch_channels on finished_trials.touch_key = touch_channels.touch_key
    left join profiles
        on
            finished_trials.person_key = profiles.person_key
            and finished_trials.day_ends_at > profiles.valid_from
            and finished_trials.day_ends_at <= profiles.valid_to

)

select * from int_label_trials_collected
