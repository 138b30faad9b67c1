{# Grain: one row a system, person and change of the score that the system itself gives, with the
   time in which it held. #}
with

changes as (

    select * from {{ ref('int_attribute_changes_unioned') }}
    where reason_code is null and entity = 'people' and attribute = 'lead_score'

),

records as (select * from {{ ref('int_records_resolved') }}),

numbered as (

    select
        changes.system,
        records.person_key,
        changes.record_key,
        cast(changes.value as bigint) as score,
        changes.changed_at as valid_from,
        row_number() over (
            partition by changes.record_key, changes.changed_at order by changes.change_key
        ) as change_number
    from changes
    inner join records on changes.record_key = records.record_key

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
    from numbered
    where change_number = 1

)

select * from int_system_scores_dated
