{# Grain: one row a system, person and change of the score that the system itself gives, with the
   time in which it held. #}
with

changes as (

    select * from {{ ref('int_attribute_changes_unioned') }}
    where entity = 'people' and attribute = 'lead_score'

),

records as (select * from {{ ref('int_record_persons_mapped') }}),

said as (

    -- Two changes at one moment: the first of them by key, the same on every engine.
    select
        changes.system,
        records.person_key,
        changes.record_key,
        cast({{ first_by('changes.value', 'changes.change_key') }} as bigint) as score,
        changes.changed_at as valid_from
    from changes
    inner join records on changes.record_key = records.record_key
    group by changes.system, records.person_key, changes.record_key, changes.changed_at

),

int_system_scores_dated as (

    select
        system,
        person_key,
        record_key,
        score,
        valid_from,
        lead(valid_from) over (
            partition by record_key order by valid_from
        ) as valid_to
    from said

)

select * from int_system_scores_dated
