{# CTEs: which person's id each group of records may bear, and how strong its claim is; the last is `claims`.
   0: an id that is borne, by the group with the record it is called after; where that is gone, by the group with the oldest bearer.
   1: an id of former times, by the group with the record it is called after. 2: the key of each of its records, which nobody can
   have borne yet, for only a group with that very record could. #}
{% macro claims_on_ids(records, standings, issues) -%}
heirs as (

    select
        {{ first_by('records.cluster_key', 'row(records.created_at, records.record_key)') }} as cluster_key,
        standings.person_key,
        min(records.created_at) as created_at,
        {{ first_by('records.record_key', 'row(records.created_at, records.record_key)') }} as record_key
    from {{ records }} as records
    inner join {{ standings }} as standings on records.record_key = standings.record_key
    left join {{ records }} as founders on standings.person_key = founders.record_key
    where founders.record_key is null and standings.person_key is not null
    group by standings.person_key

),

claims as (

    select
        records.cluster_key,
        records.record_key as person_key,
        case
            when issues.person_key is null then 2
            when standings.person_key = records.record_key then 0
            else 1
        end as claim_rank,
        coalesce(issues.issued_in, 0) as issued_in,
        records.created_at,
        records.record_key
    from {{ records }} as records
    left join {{ issues }} as issues on records.record_key = issues.person_key
    left join {{ standings }} as standings on records.record_key = standings.record_key
    union all
    select
        heirs.cluster_key,
        heirs.person_key,
        0 as claim_rank,
        issues.issued_in,
        heirs.created_at,
        heirs.record_key
    from heirs
    inner join {{ issues }} as issues on heirs.person_key = issues.person_key

)
{%- endmacro %}
