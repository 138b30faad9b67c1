{# Grain: one row a record and build at which it showed other values than before. Rows are only ever
   added: what a system without a history said earlier is known from nowhere else. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}

with

people as (select * from {{ ref('int_people_unioned') }}),

companies as (select * from {{ ref('int_companies_unioned') }}),

shown as (

    select
        'people' as entity,
        record_key,
        country,
        {{ typed_null('text') }} as industry,
        seniority,
        case when company_employees > 0 then company_employees end as employees
    from people
    union all
    select
        'companies' as entity,
        company_key as record_key,
        country,
        industry,
        {{ typed_null('text') }} as seniority,
        employees
    from companies

),

numbered as (

    {% if is_incremental() -%}
    select
        *,
        row_number() over (
            partition by entity, record_key order by noted_at desc, note_number desc
        ) as recency
    from {{ this }}
    {%- else -%}
    select
        *,
        0 as note_number,
        1 as recency,
        {{ cutoff() }} as noted_at
    from shown
    where false
    {%- endif %}

),

last_notes as (select * from numbered where recency = 1),

history_attribute_values as (

    select
        shown.entity,
        shown.record_key,
        shown.country,
        shown.industry,
        shown.seniority,
        shown.employees,
        -- Tells notes of one cutoff apart: the later build saw the moment better.
        cast(coalesce(last_notes.note_number, 0) + 1 as bigint) as note_number,
        {{ cutoff() }} as noted_at
    from shown
    left join last_notes
        on
            shown.entity = last_notes.entity
            and shown.record_key = last_notes.record_key
    where
        last_notes.record_key is null
        or (
            -- A build that looks back sees what records show today, not what they showed then.
            last_notes.noted_at <= {{ cutoff() }}
            and (
                shown.country is distinct from last_notes.country
                or shown.industry is distinct from last_notes.industry
                or shown.seniority is distinct from last_notes.seniority
                or shown.employees is distinct from last_notes.employees
            )
        )

)

select * from history_attribute_values
