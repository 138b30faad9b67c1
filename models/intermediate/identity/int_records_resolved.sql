{# Grain: one row a usable person's record: which human it is. #}
with

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

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
        people.created_at,
        coalesce(components.component, people.record_key) as cluster_key
    from people
    left join components on people.record_key = components.node

),

clusters as (

    -- The person is called after its oldest record: a record that joins later changes nobody's key.
    select
        cluster_key,
        count(*) as record_count,
        {{ first_by('record_key', 'row(created_at, record_key)') }} as oldest_record_key
    from clustered
    group by cluster_key

),

int_records_resolved as (

    select
        clustered.record_key,
        clustered.cluster_key,
        clusters.record_count > {{ int_var('largest_person') }} as is_held_back,
        case
            when clusters.record_count > {{ int_var('largest_person') }} then clustered.record_key
            else clusters.oldest_record_key
        end as person_key
    from clustered
    inner join clusters on clustered.cluster_key = clusters.cluster_key

)

select * from int_records_resolved
