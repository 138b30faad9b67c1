{# Grain: one row each time a record comes to a person, who keeps the id when records join or leave.
   The rows of a build that looks back are used only by builds with the same cutoff. #}
{%- set strength = "row(case link_kind when 'review' then 0 when 'address' then 2 else 1 end, "
    ~ "other_record_key, link_kind)" %}
with

records as (select * from {{ ref('int_records_clustered') }}),

links as (select * from {{ ref('int_record_pairs_linked') }}),

links_both_ways as (

    select
        record_key,
        other_record_key,
        link_kind
    from links
    union all
    select
        other_record_key as record_key,
        record_key as other_record_key,
        link_kind
    from links

),

strongest_links as (

    -- A reviewed link is stronger than a system's own, and that is stronger than an address.
    select
        record_key,
        {{ first_by('other_record_key', strength) }} as other_record_key,
        {{ first_by('link_kind', strength) }} as link_kind
    from links_both_ways
    group by record_key

),

assignments as (

    {% if is_incremental() -%}
    select * from {{ this }}
    {%- else -%}
    select
        cast(null as bigint) as record_key,
        cast(null as bigint) as person_key,
        cast(null as bigint) as snapshot_number,
        cast(null as boolean) as is_look_back,
        cast(null as timestamp) as snapshotted_at
    where false
    {%- endif %}

),

snapshot as (

    select
        coalesce(max(snapshot_number), 0) + 1 as snapshot_number,
        coalesce(bool_or(not is_look_back and snapshotted_at > {{ cutoff() }}), false)
            as is_look_back
    from assignments

),

known_assignments as (

    select
        *,
        case when not is_look_back then snapshot_number end as lasting_number
    from assignments
    where
        snapshotted_at <= {{ cutoff() }}
        and (not is_look_back or snapshotted_at = {{ cutoff() }})

),

last_persons as (

    -- shown_person_key counts builds that looked back to this very cutoff, too.
    select
        record_key,
        {{ last_by('person_key', 'lasting_number') }} as person_key,
        {{ last_by('person_key', 'snapshot_number') }} as shown_person_key
    from known_assignments
    group by record_key

),

issued_ids as (

    select
        person_key,
        min(snapshot_number) as issued_number
    from known_assignments
    where not is_look_back
    group by person_key

),

heirs as (

    -- An id whose founding record (the one it is named for) is gone goes to the cluster with the
    -- person's oldest record.
    select
        {{ first_by('records.cluster_key', 'row(records.created_at, records.record_key)') }}
            as cluster_key,
        last_persons.person_key,
        min(records.created_at) as created_at,
        {{ first_by('records.record_key', 'row(records.created_at, records.record_key)') }}
            as record_key
    from records
    inner join last_persons on records.record_key = last_persons.record_key
    left join records as founders on last_persons.person_key = founders.record_key
    where founders.record_key is null and last_persons.person_key is not null
    group by last_persons.person_key

),

id_candidates as (

    -- Ids that a cluster may carry, best rank first. 0: in use, for its founding record's cluster
    -- or its heir. 1: used formerly, for its founding record's cluster. 2: never used.
    select
        records.cluster_key,
        records.record_key as person_key,
        case
            when issued_ids.person_key is null then 2
            when last_persons.person_key = records.record_key then 0
            else 1
        end as candidate_rank,
        coalesce(issued_ids.issued_number, 0) as issued_number,
        records.created_at,
        records.record_key
    from records
    left join issued_ids on records.record_key = issued_ids.person_key
    left join last_persons on records.record_key = last_persons.record_key
    union all
    select
        heirs.cluster_key,
        heirs.person_key,
        0 as candidate_rank,
        issued_ids.issued_number,
        heirs.created_at,
        heirs.record_key
    from heirs
    inner join issued_ids on heirs.person_key = issued_ids.person_key

),

cluster_persons as (

    select
        cluster_key,
        {{ first_by('person_key', 'row(candidate_rank, issued_number, created_at, record_key)') }}
            as person_key,
        min(candidate_rank) as candidate_rank
    from id_candidates
    group by cluster_key

),

changes as (

    select
        records.record_key,
        cluster_persons.person_key,
        last_persons.person_key as previous_person_key,
        case
            when last_persons.person_key is null then 'first_seen'
            when cluster_persons.candidate_rank = 0 then 'joined'
            else 'split'
        end as change
    from records
    inner join cluster_persons on records.cluster_key = cluster_persons.cluster_key
    left join last_persons on records.record_key = last_persons.record_key
    where
        last_persons.shown_person_key is null
        or last_persons.shown_person_key != cluster_persons.person_key

),

history_person_ids as (

    select
        changes.record_key,
        changes.person_key,
        changes.previous_person_key,
        snapshot.snapshot_number,
        changes.change,
        strongest_links.link_kind,
        strongest_links.other_record_key,
        snapshot.is_look_back,
        {{ cutoff() }} as snapshotted_at
    from changes
    cross join snapshot
    left join strongest_links on changes.record_key = strongest_links.record_key

)

select * from history_person_ids
