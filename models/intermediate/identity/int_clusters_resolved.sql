{{ config(post_hook=[
    "{{ stop_if_unconverged(
        edges='select links.record_key as node, links.other_record_key as neighbour'
            ~ ' from ' ~ ref('int_records_linked') ~ ' as links'
            ~ ' inner join ' ~ this ~ ' as records on links.record_key = records.record_key'
            ~ \" where records.is_held_back and links.link_kind in ('address', 'review')\",
        components='select record_key as node, piece_key as component from ' ~ this
            ~ ' where is_held_back',
        what='Records of people'
    ) }}",
    "{{ stop_if(
        'select overrides.sentence_start'
            ~ \" || ' has no effect: a chain of reviewed joins still connects the two records.'\"
            ~ ' from ' ~ ref('int_overrides_checked') ~ ' as overrides'
            ~ ' inner join ' ~ this ~ ' as records on overrides.record_key = records.record_key'
            ~ ' inner join ' ~ this ~ ' as other_records'
            ~ ' on overrides.other_record_key = other_records.record_key'
            ~ ' and records.cluster_key = other_records.cluster_key'
            ~ \" where overrides.decision = 'separate' order by 1\"
    ) }}",
]) }}
{# Grain: one row per usable person's record: the cluster of records that is one person in this build, before the
   person gets an id. A cluster too large to be one person is split; the first hook stops the build if that took too
   many rounds, the second if a reviewer's separation had no effect. #}
-- depends_on: {{ ref('int_overrides_checked') }}
with

records as (select * from {{ ref('int_records_clustered') }}),

links as (select * from {{ ref('int_records_linked') }}),

edges as (

    -- In a cluster too large only a shared address and a reviewed join still count.
    select
        links.record_key as node,
        links.other_record_key as neighbour
    from links
    inner join records on links.record_key = records.record_key
    where records.is_held_back and links.link_kind in ('address', 'review')

),

components as (

    {{ connected_components(edges='edges', rounds=int_var('identity_rounds') | int) }}

),

pieces as (

    select
        records.record_key,
        coalesce(components.component, records.record_key) as piece_key
    from records
    left join components on records.record_key = components.node
    where records.is_held_back

),

piece_sizes as (

    select
        piece_key,
        count(*) as record_count
    from pieces
    group by piece_key

),

int_clusters_resolved as (

    select
        records.record_key,
        case
            when pieces.record_key is null then records.cluster_key
            -- A piece that is still too large is split into single records.
            when piece_sizes.record_count > {{ int_var('largest_person') }} then records.record_key
            else pieces.piece_key
        end as cluster_key,
        pieces.piece_key,
        records.is_held_back,
        records.created_at
    from records
    left join pieces on records.record_key = pieces.record_key
    left join piece_sizes on pieces.piece_key = piece_sizes.piece_key

)

select * from int_clusters_resolved
