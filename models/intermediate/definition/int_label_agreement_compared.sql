{# Grain: one row a system, person with a record there, and stage that its labels know: what its
   label says, what the definition says, and the rule to blame where they differ. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('int_labels_collected') }}),

stages as (select * from {{ ref('int_stage_decisions_described') }}),

known_labels as (

    select distinct
        system,
        stage
    from {{ ref('stage_labels') }}
    where entity = 'stage_claims'

),

known_persons as (

    select distinct
        people.system,
        records.person_key
    from people
    inner join records on people.record_key = records.record_key

),

spoken_of as (

    select distinct
        system,
        person_key
    from labels

),

int_label_agreement_compared as (

    select
        known_persons.system,
        known_persons.person_key,
        stages.stage,
        stages.definition_version,
        stages.profile_key,
        case
            when labels.person_key is not null and not stages.is_met then stages.failed_rule
            when labels.person_key is null and stages.is_met
                then
                    case
                        when spoken_of.person_key is null then 'never labelled'
                        else 'not labelled'
                    end
        end as blamed_rule,
        stages.score,
        labels.person_key is not null as is_labelled,
        stages.is_met as is_defined,
        labels.labelled_at,
        case when stages.is_met then stages.evaluated_at end as defined_at
    from known_persons
    inner join stages on known_persons.person_key = stages.person_key
    inner join known_labels
        on
            known_persons.system = known_labels.system
            and stages.stage = known_labels.stage
    left join labels
        on
            known_persons.system = labels.system
            and known_persons.person_key = labels.person_key
            and stages.stage = labels.stage
    left join spoken_of
        on
            known_persons.system = spoken_of.system
            and known_persons.person_key = spoken_of.person_key

)

select * from int_label_agreement_compared
