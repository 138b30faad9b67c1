{# Grain: one row per usable person's record: the person it belongs to, by the latest entry in the
   history of ids. #}
with

records as (select * from {{ ref('int_records_clustered') }}),

person_ids as (

    select * from {{ ref('history_person_ids') }}
    where snapshotted_at <= {{ cutoff() }} and (not is_look_back or snapshotted_at = {{ cutoff() }})

),

latest_person_ids as (

    select
        record_key,
        {{ last_by('person_key', 'snapshot_number') }} as person_key
    from person_ids
    group by record_key

),

int_record_persons_mapped as (

    select
        records.record_key,
        latest_person_ids.person_key,
        records.is_from_split_cluster
    from records
    inner join latest_person_ids on records.record_key = latest_person_ids.record_key

)

select * from int_record_persons_mapped
