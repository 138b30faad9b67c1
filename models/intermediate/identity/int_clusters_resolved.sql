{{ config(materialized='view') }}
{# Grain: one row a usable person's record: the group of records that is one human in this build. #}
with

clustered as (select * from {{ ref('int_records_clustered') }}),

pieces as (select * from {{ ref('int_clusters_split') }}),

int_clusters_resolved as (

    select
        clustered.record_key,
        clustered.cluster_key,
        coalesce(pieces.piece_key, clustered.cluster_key) as human_key,
        clustered.is_held_back,
        clustered.created_at
    from clustered
    left join pieces on clustered.record_key = pieces.record_key

)

select * from int_clusters_resolved
