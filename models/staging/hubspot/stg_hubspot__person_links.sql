{# Grain: one row per merge of two contacts. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'person_links') %}

with

audited_merges as (

    {{ read_source(
        system, 'contact_merge_audit',
        {'canonical_vid': 'text', 'vid_to_merge': 'text', 'timestamp': 'timestamp'},
        key=['canonical_vid', 'vid_to_merge'],
        needs=['timestamp'],
        optional=true,
    ) }}

),

contacts as (

    {{ read_source(
        system, 'contact',
        {
            'id': 'text',
            'property_hs_calculated_merged_vids': 'text',
            'property_hs_merged_object_ids': 'text',
            'property_createdate': 'timestamp',
        },
        key=['id'],
    ) }}

),

usable_contacts as (select * from contacts where reason_code is null),

lists as (

    {% for column in ['property_hs_calculated_merged_vids', 'property_hs_merged_object_ids'] %}
    select
        *,
        '{{ column }}' as list_name
    from (
        {{ list_entries(
            'usable_contacts', ['id', 'property_createdate', 'loaded_at', 'row_json'], column
        ) }}
    ) as entries_of_{{ loop.index }} -- noqa: LT02
    {{ 'union all' if not loop.last }} -- noqa: LT02
    {% endfor %}

),

listed_merges as (

    select
        id as record_id,
        nullif(trim(split_part(entry, ':', 1)), '') as other_record_id,
        coalesce({{ text_to_utc("split_part(entry, ':', 2)") }}, property_createdate)
            as linked_at,
        'contact.merged_vids' as source_table,
        id || '|' || list_name || '|' || entry as source_key,
        loaded_at,
        -- A merge stays true when the record that lists it is deleted later.
        cast(null as timestamp) as deleted_at,
        {{ typed_null('text') }} as reason_code,
        {{ typed_null('text') }} as reason_detail,
        row_json
    from lists

),

stg_hubspot__person_links as (

    select
        canonical_vid as record_id,
        vid_to_merge as other_record_id,
        'merge' as link_kind,
        timestamp as linked_at,
        {{ row_origin() }}
    from audited_merges
    union all
    select
        record_id,
        other_record_id,
        'merge' as link_kind,
        linked_at,
        {{ row_origin() }}
    from listed_merges

)

select * from stg_hubspot__person_links
{% endcall %}
