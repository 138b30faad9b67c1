{# Grain: one row per system, person and stage that a label of the system means, with the first
   moment of it. The stage is null for labels that mean no stage. #}
with

claims as ({{ usable_rows(ref('int_stage_claims_rows_checked')) }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

labels as (select * from {{ seed_by_system(ref('stage_labels')) }} where entity = 'stage_claims'),

changes as (

    -- A change after the cutoff also shows the label before it.
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

label_starts as (

    select
        record_key,
        system,
        stage,
        claimed_at as labelled_at
    from claims
    union all
    -- The label before the first change, or the only one, holds from the creation of the record on.
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
        label_starts.system,
        records.person_key,
        label_starts.stage,
        min(label_starts.labelled_at) as labelled_at
    from label_starts
    inner join records on label_starts.record_key = records.record_key
    group by label_starts.system, records.person_key, label_starts.stage

)

select * from int_labels_collected
