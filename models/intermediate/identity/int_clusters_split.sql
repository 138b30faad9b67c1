{{ config(post_hook=[
    "{{ stop_if_unconverged(
        links_within_pieces(),
        'select record_key as node, component_key as component from ' ~ this,
        'Records of people'
    ) }}",
    "{{ stop_if(separated_in_vain(this)) }}",
]) }}
{# Grain: one row a record of a cluster too large to be one human: the piece that it stays in. #}
with

-- depends_on: {{ ref('int_overrides_checked') }}

clustered as (select * from {{ ref('int_records_clustered') }} where is_held_back),

edges as (

    -- An address is one human's, and a reviewer's word holds, even in a cluster that falls apart.
    {{ links_within_pieces() }}

),

{{ connected_components('edges', int_var('identity_rounds') | int) }},

pieces as (

    select
        clustered.record_key,
        coalesce(components.component, clustered.record_key) as component_key
    from clustered
    left join components on clustered.record_key = components.node

),

sizes as (

    select
        component_key,
        count(*) as record_count
    from pieces
    group by component_key

),

int_clusters_split as (

    select
        pieces.record_key,
        pieces.component_key,
        case
            when sizes.record_count > {{ int_var('largest_person') }} then pieces.record_key
            else pieces.component_key
        end as piece_key
    from pieces
    inner join sizes on pieces.component_key = sizes.component_key

)

select * from int_clusters_split
