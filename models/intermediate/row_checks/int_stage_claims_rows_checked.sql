{# Grain: one row per source row of a stage label, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('stage_claims', times=['claimed_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'source_table', 'source_key']) }} as claim_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from source_rows

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

labels as (select * from {{ seed_by_system(ref('stage_labels')) }} where entity = 'stage_claims'),

change_sources as (select * from {{ seed_by_system(ref('change_sources')) }}),

int_stage_claims_rows_checked as (

    select
        keyed_rows.claim_key,
        keyed_rows.record_key,
        keyed_rows.system,
        keyed_rows.label,
        keyed_rows.from_label,
        labels.stage,
        -- A user that is listed by id is what its row says, whatever its type.
        coalesce(
            users.changed_by,
            types.changed_by,
            case
                when coalesce(keyed_rows.claimed_by, keyed_rows.change_source) is null
                    then 'not_recorded'
                when keyed_rows.change_source is null then 'unknown'
                else 'unmapped'
            end
        ) as changed_by,
        keyed_rows.claimed_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when people.record_key is null then 'unknown_reference'
                when labels.label is null then 'unknown_label'
            end
        ) as reason_code
    from keyed_rows
    left join people on keyed_rows.record_key = people.record_key
    left join labels
        on
            keyed_rows.system = labels.system
            and lower(keyed_rows.label) = labels.label
    left join change_sources as users
        on
            keyed_rows.system = users.system
            and lower(keyed_rows.claimed_by) = users.label
    left join change_sources as types
        on
            keyed_rows.system = types.system
            and lower(keyed_rows.change_source) = types.label

)

select * from int_stage_claims_rows_checked
