{# Grain: one row per source row of a service event, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('service_events', times=['occurred_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'company_record_id']) }} as company_key,
        {{ key_of(['system', 'record_id']) }} as record_key
    from source_rows

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

int_service_events_rows_checked as (

    select
        {{ key_of([
            'keyed_rows.system', 'keyed_rows.source_table', 'keyed_rows.event_id'
        ]) }} as event_key,
        keyed_rows.system,
        keyed_rows.company_key,
        keyed_rows.record_key,
        keyed_rows.kind,
        keyed_rows.score,
        keyed_rows.occurred_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when people.record_key is null and companies.company_key is null
                    then 'unknown_reference'
                when kinds.kind is null then 'unknown_label'
            end
        ) as reason_code
    from keyed_rows
    left join people on keyed_rows.record_key = people.record_key
    left join companies on keyed_rows.company_key = companies.company_key
    left join kinds on keyed_rows.kind = kinds.kind

)

select * from int_service_events_rows_checked
