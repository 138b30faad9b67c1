{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}
{# Grain: one row each time a record comes to a person. Rows are only ever added: ids outlive what
   joins and parts their records. #}
with

records as (select * from {{ ref('int_clusters_resolved') }}),

links as (select * from {{ ref('int_records_linked') }}),

ledger as (

    {% if is_incremental() -%}
    select * from {{ this }}
    {%- else -%}
    {{ empty_ledger() }}
    {%- endif %}

),

builds as (

    -- A build that looks back before what was noted already leaves no trace in later ones.
    select
        coalesce(max(build_number), 0) + 1 as build_number,
        coalesce(bool_or(not is_look_back and noted_at > {{ cutoff() }}), false) as is_look_back
    from ledger

),

standings as (

    select
        record_key,
        {{ last_by('person_key', 'case when not is_look_back then build_number end') }}
            as person_key,
        {{ last_by('person_key', 'build_number') }} as told_key
    from ledger
    where noted_at <= {{ cutoff() }} and (not is_look_back or noted_at = {{ cutoff() }})
    group by record_key

),

issues as (

    select
        person_key,
        min(build_number) as issued_in
    from ledger
    where noted_at <= {{ cutoff() }} and not is_look_back
    group by person_key

),

{{ claims_on_ids('records', 'standings', 'issues') }},

persons as (

    select
        cluster_key,
        {{ first_by('person_key', 'row(claim_rank, issued_in, created_at, record_key)') }}
            as person_key,
        min(claim_rank) as claim_rank
    from claims
    group by cluster_key

),

changes as (

    select
        records.record_key,
        persons.person_key,
        standings.person_key as previous_person_key,
        case
            when standings.person_key is null then 'first_seen'
            when persons.claim_rank = 0 then 'joined'
            else 'split'
        end as change
    from records
    inner join persons on records.cluster_key = persons.cluster_key
    left join standings on records.record_key = standings.record_key
    where standings.told_key is null or standings.told_key != persons.person_key

),

{{ strongest_links('changes', 'links') }},

history_person_ids as (

    select
        changes.record_key,
        changes.person_key,
        changes.previous_person_key,
        builds.build_number,
        changes.change,
        strongest_links.link_kind,
        strongest_links.other_record_key,
        builds.is_look_back,
        {{ cutoff() }} as noted_at
    from changes
    cross join builds
    left join strongest_links on changes.record_key = strongest_links.record_key

)

select * from history_person_ids
