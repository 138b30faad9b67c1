{# Grain: one row per merge and lead that is gone with it. #}
with

merges as (

    -- Marketo writes [1002, 1003].
    select
        *,
        cast(to_json(landed) as varchar) as row_json,
        unnest(string_split(translate(merge_ids, '[] ', ''), ',')) as merged_id
    from {{ source('marketo', 'activity_merge_leads') }} as landed

),

stg_marketo__person_links as (

    select
        cast(lead_id as varchar) as record_id,
        merged_id as other_record_id,
        'merge' as link_kind,
        activity_date as linked_at,
        -- A merge may be of several leads: its row is not counted, only its entries.
        'activity_merge_leads.merged_id' as source_table,
        cast(id as varchar) || '|' || merged_id as source_key,
        _fivetran_synced as loaded_at,
        cast(null as varchar) as reason_code,
        row_json
    from merges
    where merged_id <> ''

)

select * from stg_marketo__person_links
