{# Grain: one row a system, person with a record there, and stage that its labels know: what its label
   says, what the definition says, and the rule to blame where they differ. #}
with

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

records as (select * from {{ ref('int_records_resolved') }}),

claims as (

    select * from {{ ref('int_stage_claims_unioned') }}
    where reason_code is null and stage is not null

),

labels as (

    select distinct
        system,
        stage
    from {{ ref('stage_labels') }}
    where entity = 'stage_claims'

),

stages as (select * from {{ ref('int_stages_explained') }}),

known as (

    select distinct
        people.system,
        records.person_key
    from people
    inner join records on people.record_key = records.record_key

),

labelled as (

    select
        claims.system,
        records.person_key,
        claims.stage,
        min(claims.claimed_at) as labelled_at
    from claims
    inner join records on claims.record_key = records.record_key
    group by claims.system, records.person_key, claims.stage

),

int_conformance_compared as (

    select
        known.system,
        known.person_key,
        stages.stage,
        stages.definition_version,
        stages.profile_key,
        case
            when labelled.person_key is not null and not stages.is_met then stages.failed_rule
            when labelled.person_key is null and stages.is_met then 'not labelled'
        end as blamed_rule,
        stages.score,
        labelled.person_key is not null as is_labelled,
        stages.is_met as is_defined,
        labelled.labelled_at,
        case when stages.is_met then stages.judged_at end as defined_at
    from known
    inner join stages on known.person_key = stages.person_key
    inner join labels on known.system = labels.system and stages.stage = labels.stage
    left join labelled
        on
            known.system = labelled.system
            and known.person_key = labelled.person_key
            and stages.stage = labelled.stage

)

select * from int_conformance_compared
