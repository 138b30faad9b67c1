{# Grain: one row a usable person's record: which human it is. #}
with

grouped as (select * from {{ ref('int_clusters_resolved') }}),

ledger as (

    select * from {{ ref('history_person_ids') }}
    where noted_at <= {{ cutoff() }} and (not is_look_back or noted_at = {{ cutoff() }})

),

latest as (

    select
        record_key,
        {{ last_by('person_key', 'build_number') }} as person_key
    from ledger
    group by record_key

),

int_record_persons_mapped as (

    select
        grouped.record_key,
        grouped.cluster_key,
        grouped.is_held_back,
        latest.person_key
    from grouped
    inner join latest on grouped.record_key = latest.record_key

)

select * from int_record_persons_mapped
