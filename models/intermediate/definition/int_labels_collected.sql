{# Grain: one row a system, person and stage that a label of the system means, since when. The
   stage is empty for labels that mean none. #}
with

claims as (select * from {{ ref('int_stage_claims_unioned') }}),

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ ref('stage_labels') }} where entity = 'stage_claims'),

changes as (

    -- What changed only after the cutoff says what was there before, too.
    select * from {{ ref('int_stage_claims_rows_checked') }}
    where reason_code is null or reason_code in ('after_cutoff', 'unknown_label')

),

first_changes as (

    select
        record_key,
        {{ first_by('from_label', 'row(claimed_at, claim_key)') }} as from_label
    from changes
    group by record_key

),

first_labels as (

    select
        people.record_key,
        people.system,
        case
            when first_changes.record_key is null then people.stage_label
            else first_changes.from_label
        end as label,
        people.created_at
    from people
    left join first_changes on people.record_key = first_changes.record_key

),

said as (

    select
        record_key,
        system,
        stage,
        claimed_at as labelled_at
    from claims
    union all
    -- The label that a record had before its first change, or has without one, it had from its
    -- creation on.
    select
        first_labels.record_key,
        first_labels.system,
        labels.stage,
        first_labels.created_at as labelled_at
    from first_labels
    inner join labels
        on
            first_labels.system = labels.system
            and lower(first_labels.label) = labels.label

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
