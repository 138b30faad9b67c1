{{ config(post_hook="{{ stop_if_unconverged(
    'select record_key as node, other_record_key as neighbour from ' ~ ref('int_records_linked'),
    'select record_key as node, cluster_key as component from ' ~ this,
    'Records of people'
) }}") }}
{# Grain: one row a usable person's record: the cluster of records that it hangs together with. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

links as (select * from {{ ref('int_records_linked') }}),

edges as (

    select
        record_key as node,
        other_record_key as neighbour
    from links

),

{{ connected_components('edges', int_var('identity_rounds') | int) }},

clustered as (

    select
        people.record_key,
        coalesce(components.component, people.record_key) as cluster_key,
        {{ or_end('people.created_at') }} as created_at
    from people
    left join components on people.record_key = components.node

),

too_large as (

    select cluster_key
    from clustered
    group by cluster_key
    having count(*) > {{ int_var('largest_person') }}

),

int_records_clustered as (

    select
        clustered.record_key,
        clustered.cluster_key,
        too_large.cluster_key is not null as is_held_back,
        clustered.created_at
    from clustered
    left join too_large on clustered.cluster_key = too_large.cluster_key

)

select * from int_records_clustered
