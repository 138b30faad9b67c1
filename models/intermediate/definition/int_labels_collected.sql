{# Grain: one row a system, person and stage that a label of the system means, since when. The
   stage is empty for labels that mean none. #}
with

claims as (select * from {{ ref('int_stage_claims_unioned') }} where reason_code is null),

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

records as (select * from {{ ref('int_records_resolved') }}),

labels as (select * from {{ ref('stage_labels') }} where entity = 'stage_claims'),

first_claims as (

    select
        record_key,
        {{ first_by('from_label', 'row(claimed_at, claim_key)') }} as from_label
    from claims
    group by record_key

),

said as (

    select
        record_key,
        system,
        stage,
        claimed_at as labelled_at
    from claims
    union all
    -- The label that a record had before its first change, it had from its creation on.
    select
        people.record_key,
        people.system,
        labels.stage,
        people.created_at as labelled_at
    from first_claims
    inner join people on first_claims.record_key = people.record_key
    inner join labels
        on
            people.system = labels.system
            and lower(first_claims.from_label) = labels.label

),

int_labels_collected as (

    select
        said.system,
        records.person_key,
        said.stage,
        min(said.labelled_at) as labelled_at
    from said
    inner join records on said.record_key = records.record_key
    group by said.system, records.person_key, said.stage

)

select * from int_labels_collected
