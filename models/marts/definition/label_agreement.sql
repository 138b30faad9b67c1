{# Grain: one row a system, stage, day, version and rule to blame: how many persons the system's
   label and the definition agree or disagree on. #}
with

compared as (

    select * from {{ ref('int_label_agreement_compared') }} where is_labelled or is_defined

),

label_agreement as (

    select
        system,
        stage,
        definition_version,
        blamed_rule,
        count(*) as person_count,
        is_labelled,
        is_defined,
        -- The day on which the first of the two said yes.
        cast(least({{ or_end('labelled_at') }}, {{ or_end('defined_at') }}) as date)
            as agreement_date
    from compared
    group by
        system, stage, definition_version, blamed_rule, is_labelled, is_defined, agreement_date

)

select * from label_agreement
