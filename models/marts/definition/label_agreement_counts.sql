{# Grain: one row per system, stage, definition version, mismatch reason, both answers and day:
   the persons on whom the system's label and the definition agree or disagree. #}
with

label_answers as (select * from {{ ref('int_label_agreement_evaluated') }}),

label_agreement_counts as (

    select
        system,
        stage,
        definition_version,
        mismatch_reason,
        count(*) as person_count,
        is_labelled,
        is_defined,
        recorded_date
    from label_answers
    group by
        system, stage, definition_version, mismatch_reason, is_labelled, is_defined, recorded_date

)

select * from label_agreement_counts
