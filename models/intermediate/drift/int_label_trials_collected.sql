{# Grain: one row per system, person, stage and day on which the system had a reason to set the
   stage's label (a touch that counts for the stage), or set the label without one.
   The trials of label agreement: did the system set the label within the var label_days? #}
{%- set trial = ['system', 'person_key', 'stage'] -%}

with

touches as (

    select * from {{ ref('int_evaluation_touches_scored') }}
    where evaluation = 'in_force' and occurred_at is not null

),

touch_channels as (select * from {{ ref('int_touches_resolved') }}),

criteria as (select * from {{ ref('int_touch_kind_rules_listed') }} where is_candidate),

people as (select * from {{ ref('int_people_unioned') }}),

person_records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('int_labels_collected') }} where labelled_at is not null),

profiles as (select * from {{ ref('int_person_profiles_dated') }}),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force'

),

system_stages as (

    select distinct
        system,
        stage
    from {{ ref('stage_labels') }}
    where entity = 'stage_claims'

),

system_persons as (

    select
        people.system,
        person_records.person_key,
        min(people.created_at) as created_at
    from people
    inner join person_records on people.record_key = person_records.record_key
    group by people.system, person_records.person_key

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

    select
        touch_days.*,
        coalesce(
            labels.labelled_at < {{ add_days(
                'cast(touch_days.trial_date as timestamp)', int_var('label_days') ~ ' + 1'
            ) }},
            false
        ) as is_labelled
    from touch_days
    left join labels on {{ same('touch_days', 'labels', trial) }}

),

label_trials as (

    select
        system,
        person_key,
        stage,
        touch_key,
        true as has_touch,
        is_labelled,
        trial_date
    from touch_trials
    union all
    -- A label that no touch of the days before explains.
    select
        labels.system,
        labels.person_key,
        labels.stage,
        cast(null as bigint) as touch_key,
        false as has_touch,
        true as is_labelled,
        cast(labels.labelled_at as date) as trial_date
    from labels
    left join touch_trials
        on {{ same('labels', 'touch_trials', trial) }} and touch_trials.is_labelled
    where
        touch_trials.person_key is null
        and labels.stage in (select criteria.stage from criteria)

),

finished_trials as (

    -- A day does not count before its label days are over, so no later build changes it.
    select
        *,
        {{ add_days('cast(trial_date as timestamp)', 1) }} as day_ends_at
    from label_trials
    where
        {{ add_days('cast(trial_date as timestamp)', int_var('label_days') ~ ' + 1') }}
        <= {{ cutoff() }}

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
        finished_trials.trial_date,
        finished_trials.day_ends_at
    from finished_trials
    inner join versions
        on
            cast(finished_trials.trial_date as timestamp) >= versions.valid_from
            and cast(finished_trials.trial_date as timestamp) < versions.valid_to
    left join touches on finished_trials.touch_key = touches.touch_key
    left join touch_channels on finished_trials.touch_key = touch_channels.touch_key
    left join profiles
        on
            finished_trials.person_key = profiles.person_key
            and finished_trials.day_ends_at > profiles.valid_from
            and finished_trials.day_ends_at <= profiles.valid_to

)

select * from int_label_trials_collected
