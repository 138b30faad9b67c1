with

{{ union_sources('service_events', times=['occurred_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'company_record_id']) }} as company_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from checked

),

people as (select record_key from {{ ref('int_people_unioned') }}),

companies as (

    select company_key
    from {{ ref('int_companies_unioned') }}

),

kinds as (select * from {{ ref('evidence_kinds') }}),

int_service_events_rows_checked as (

    select
        {{ key_of(['keyed.system', 'keyed.source_table', 'keyed.event_id']) }} as event_key,
        keyed.system,
        keyed.company_key,
        keyed.record_key,
        keyed.kind,
        keyed.score,
        keyed.occurred_at,
        {{ checked_origin(
            "coalesce(keyed.reason_code, case"
            ~ " when people.record_key is null and companies.company_key is null then 'unknown_reference'"
            ~ " when kinds.kind is null then 'unknown_label' end)",
            'keyed'
        ) }}
    from keyed
    left join people on keyed.record_key = people.record_key
    left join companies on keyed.company_key = companies.company_key
    left join kinds on keyed.kind = kinds.kind

)

select * from int_service_events_rows_checked
