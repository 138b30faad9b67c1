{# Grain: one row a touch and build at which it was first seen, had changed, or was taken back, in
   tables that erase rows. Rows are only ever added: an erased one is known from nowhere else. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}
{%- set told = shape('touches') %}

with

{{ union_sources('touches', times=['occurred_at'], rows=erases_rows()) }},

shown as (

    select
        {{ key_of(['system', 'source_table', 'source_key']) }} as row_key,
        system,
        source_table,
        source_key,
        {%- for name in told %}
        {{ name }},
        {%- endfor %}
        reason_code is null as is_usable
    from checked
    where copy_number = 1

),

ledger as (

    {% if is_incremental() -%}
    select
        *,
        row_number() over (partition by row_key order by note_number desc) as recency
    from {{ this }}
    {%- else -%}
    select
        *,
        0 as note_number,
        {{ cutoff() }} as noted_at,
        1 as recency
    from shown
    where 1 = 0
    {%- endif %}

),

last_notes as (select * from ledger where recency = 1),

builds as (

    -- A build that looks back before what was noted already leaves no trace in later ones.
    select coalesce(max(noted_at) > {{ cutoff() }}, false) as is_look_back
    from ledger

),

history_touches as (

    select
        shown.*,
        cast(coalesce(last_notes.note_number, 0) + 1 as bigint) as note_number,
        {{ cutoff() }} as noted_at
    from shown
    cross join builds
    left join last_notes on shown.row_key = last_notes.row_key
    where
        not builds.is_look_back
        and (
            shown.is_usable != coalesce(last_notes.is_usable, false)
            {%- for name in told %}
            or (shown.is_usable and shown.{{ name }} is distinct from last_notes.{{ name }})
            {%- endfor %}
        )

)

select * from history_touches
