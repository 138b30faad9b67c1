{# Grain: one row per system, person, stage and definition version, where the system's label or the
   definition says yes: both answers, and why they disagree. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('int_labels_collected') }}),

decisions as (select * from {{ ref('int_stage_decisions_described') }}),

system_stages as (

    -- The stages for which a system has a label at all.
    select distinct
        system,
        stage
    from {{ seed_by_system(ref('stage_labels')) }}
    where entity = 'stage_claims'

),

system_persons as (

    select distinct
        people.system,
        records.person_key
    from people
    inner join records on people.record_key = records.record_key

),

labelled_persons as (

    select distinct
        system,
        person_key
    from labels

),

int_label_agreement_evaluated as (

    select
        system_persons.system,
        system_persons.person_key,
        decisions.stage,
        decisions.definition_version,
        case
            when labels.person_key is not null and not decisions.is_met
                then decisions.failed_rule
            when labels.person_key is null and decisions.is_met
                then
                    case
                        when labelled_persons.person_key is null then 'never_labelled'
                        else 'not_labelled'
                    end
        end as mismatch_reason,
        labels.person_key is not null as is_labelled,
        decisions.is_met as is_defined,
        -- The day of the first yes of the two.
        cast(least(
            {{ or_end('labels.labelled_at') }},
            case
                when decisions.is_met then {{ or_end('decisions.decided_at') }}
                else {{ end_of_time() }}
            end
        ) as date) as recorded_date
    from system_persons
    inner join decisions on system_persons.person_key = decisions.person_key
    inner join system_stages
        on
            system_persons.system = system_stages.system
            and decisions.stage = system_stages.stage
    left join labels
        on
            system_persons.system = labels.system
            and system_persons.person_key = labels.person_key
            and decisions.stage = labels.stage
    left join labelled_persons
        on
            system_persons.system = labelled_persons.system
            and system_persons.person_key = labelled_persons.person_key
    where labels.person_key is not null or decisions.is_met

)

select * from int_label_agreement_evaluated
