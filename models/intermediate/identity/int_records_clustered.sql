{{ config(post_hook=[
    "{{ stop_if_unconverged(
        edges='select record_key as node, other_record_key as neighbour from '
            ~ ref('int_record_pairs_linked'),
        components='select record_key as node, linked_cluster_key as component from ' ~ this,
        what='Records of people'
    ) }}",
    "{{ stop_if_unconverged(
        edges='select links.record_key as node, links.other_record_key as neighbour'
            ~ ' from ' ~ ref('int_record_pairs_linked') ~ ' as links'
            ~ ' inner join ' ~ this ~ ' as records on links.record_key = records.record_key'
            ~ \" where records.is_from_split_cluster and links.link_kind in ('address', 'review')\",
        components='select record_key as node, piece_key as component from ' ~ this
            ~ ' where is_from_split_cluster',
        what='Records of people'
    ) }}",
    "{{ stop_if(
        'select overrides.sentence_start'
            ~ \" || ' has no effect: a chain of reviewed joins still connects the two records.\"
            ~ \" Also separate another pair of records in that chain, or remove one of the joins.'\"
            ~ ' from ' ~ ref('int_identity_overrides_checked') ~ ' as overrides'
            ~ ' inner join ' ~ this ~ ' as records on overrides.record_key = records.record_key'
            ~ ' inner join ' ~ this ~ ' as other_records'
            ~ ' on overrides.other_record_key = other_records.record_key'
            ~ ' and records.cluster_key = other_records.cluster_key'
            ~ \" where overrides.decision = 'separate' order by 1\"
    ) }}",
]) }}
{# Grain: one row per usable person's record: the cluster of linked records that is one person in
   this build, before the person gets an id. A cluster too large to be one person is split. The
   hooks stop the build if the search needs more rounds, or if a reviewer's separation has no
   effect. #}
-- depends_on: {{ ref('int_identity_overrides_checked') }}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

links as (select * from {{ ref('int_record_pairs_linked') }}),

edges as (

    select
        record_key as node,
        other_record_key as neighbour
    from links

),

components as (

    {{ connected_components(
        edges='edges',
        rounds=int_var('identity_rounds') | int,
        stored_edges='select record_key as node, other_record_key as neighbour from '
            ~ ref('int_record_pairs_linked')
    ) }}

),

linked_clusters as (

    select
        people.record_key,
        coalesce(components.component, people.record_key) as linked_cluster_key,
        {{ or_end('people.created_at') }} as created_at
    from people
    left join components on people.record_key = components.node

),

large_clusters as (

    select linked_cluster_key
    from linked_clusters
    group by linked_cluster_key
    having count(*) > {{ int_var('largest_person') }}

),

held_back_records as (

    select
        linked_clusters.record_key,
        linked_clusters.linked_cluster_key
    from linked_clusters
    inner join large_clusters
        on linked_clusters.linked_cluster_key = large_clusters.linked_cluster_key

),

strong_edges as (

    -- In a cluster too large only a shared address and a reviewed join still count.
    select
        links.record_key as node,
        links.other_record_key as neighbour
    from links
    inner join held_back_records on links.record_key = held_back_records.record_key
    where links.link_kind in ('address', 'review')

),

strong_components as (

    {{ connected_components(
        edges='strong_edges',
        rounds=int_var('identity_rounds') | int,
        stored_edges='select record_key as node, other_record_key as neighbour from '
            ~ ref('int_record_pairs_linked') ~ " where link_kind in ('address', 'review')"
    ) }}

),

pieces as (

    select
        held_back_records.record_key,
        coalesce(strong_components.component, held_back_records.record_key) as piece_key,
        count(*) over (
            partition by coalesce(strong_components.component, held_back_records.record_key)
        ) as record_count
    from held_back_records
    left join strong_components on held_back_records.record_key = strong_components.node

),

int_records_clustered as (

    select
        linked_clusters.record_key,
        case
            when pieces.record_key is null then linked_clusters.linked_cluster_key
            -- A piece that is still too large is split into single records.
            when pieces.record_count > {{ int_var('largest_person') }}
                then linked_clusters.record_key
            else pieces.piece_key
        end as cluster_key,
        linked_clusters.linked_cluster_key,
        pieces.piece_key,
        pieces.record_key is not null as is_from_split_cluster,
        linked_clusters.created_at
    from linked_clusters
    left join pieces on linked_clusters.record_key = pieces.record_key

)

select * from int_records_clustered
