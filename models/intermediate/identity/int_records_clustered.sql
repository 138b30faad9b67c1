{{ config(post_hook="{{ stop_if_unconverged(
    edges='select record_key as node, other_record_key as neighbour from ' ~ ref('int_records_linked'),
    components='select record_key as node, cluster_key as component from ' ~ this,
    what='Records of people'
) }}") }}
{# Grain: one row per usable person's record: the cluster of records that its links connect it with. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

links as (select * from {{ ref('int_records_linked') }}),

edges as (

    select
        record_key as node,
        other_record_key as neighbour
    from links

),

components as (

    {{ connected_components(edges='edges', rounds=int_var('identity_rounds') | int) }}

),

record_clusters as (

    select
        people.record_key,
        coalesce(components.component, people.record_key) as cluster_key,
        {{ or_end('people.created_at') }} as created_at
    from people
    left join components on people.record_key = components.node

),

large_clusters as (

    select cluster_key
    from record_clusters
    group by cluster_key
    having count(*) > {{ int_var('largest_person') }}

),

int_records_clustered as (

    select
        record_clusters.record_key,
        record_clusters.cluster_key,
        large_clusters.cluster_key is not null as is_held_back,
        record_clusters.created_at
    from record_clusters
    left join large_clusters on record_clusters.cluster_key = large_clusters.cluster_key

)

select * from int_records_clustered
