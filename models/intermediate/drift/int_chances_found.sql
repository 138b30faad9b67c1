{# Grain: one row a system, person, stage and day on which the system had reason to give the person
   the stage's label and had not yet, or gave it out of the blue. #}
{%- set order = "row(touches.occurred_at, touches.touch_key)" -%}

with

touches as (

    select * from {{ ref('int_touches_scored') }}
    where evaluation = 'in_force' and occurred_at is not null

),

kinds as (select * from {{ ref('int_touch_criteria_listed') }} where is_candidate),

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('int_labels_collected') }} where labelled_at is not null),

systems as (

    select distinct
        system,
        stage
    from {{ ref('stage_labels') }}
    where entity = 'stage_claims'

),

members as (

    select
        people.system,
        records.person_key,
        min(people.created_at) as created_at
    from people
    inner join records on people.record_key = records.record_key
    group by people.system, records.person_key

),

touched as (

    select
        members.system,
        touches.person_key,
        systems.stage,
        cast(touches.occurred_at as date) as chance_date,
        {{ last_by('touches.touch_key', order) }} as touch_key
    from touches
    inner join kinds
        on
            touches.definition_version = kinds.definition_version
            and touches.kind = kinds.kind
    inner join members on touches.person_key = members.person_key
    inner join systems on members.system = systems.system and kinds.stage = systems.stage
    left join labels
        on
            members.system = labels.system
            and touches.person_key = labels.person_key
            and kinds.stage = labels.stage
    where
        cast(touches.occurred_at as date) >= cast(members.created_at as date)
        and (
            labels.labelled_at is null
            or cast(labels.labelled_at as date) >= cast(touches.occurred_at as date)
        )
    group by members.system, touches.person_key, systems.stage, chance_date

),

followed as (

    select
        touched.*,
        coalesce(
            labels.labelled_at < {{ add_days(
                'cast(touched.chance_date as timestamp)', int_var('label_days') ~ ' + 1'
            ) }},
            false
        ) as is_labelled
    from touched
    left join labels
        on {{ same('touched', 'labels', ['system', 'person_key', 'stage']) }}

),

int_chances_found as (

    select
        system,
        person_key,
        stage,
        touch_key,
        true as has_touch,
        is_labelled,
        chance_date
    from followed
    union all
    -- A label that no touch of its days explains.
    select
        labels.system,
        labels.person_key,
        labels.stage,
        cast(null as bigint) as touch_key,
        false as has_touch,
        true as is_labelled,
        cast(labels.labelled_at as date) as chance_date
    from labels
    left join followed
        on
            {{ same('labels', 'followed', ['system', 'person_key', 'stage']) }}
            and followed.is_labelled
    where followed.person_key is null and labels.stage in (select kinds.stage from kinds)

)

select * from int_chances_found
