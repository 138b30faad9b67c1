{# Grain: one row per source row of an attribute's change, usable or not: reason_code says why
   not. #}
with

source_rows as (

    {{ union_sources('attribute_changes', times=['changed_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'source_table', 'source_key']) }} as change_key,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ attribute_text('attribute', 'value') }} as read_value,
        {{ attribute_text('attribute', 'from_value') }} as read_from_value,
        case attribute when 'exit_reason' then lower(trim(value)) end as reason_label,
        case attribute when 'exit_reason' then lower(trim(from_value)) end as from_reason_label
    from source_rows

),

records as (

    select
        'people' as entity,
        record_key
    from {{ ref('int_people_rows_checked') }}
    where reason_code is null
    union all
    select
        'companies' as entity,
        company_key as record_key
    from {{ ref('int_companies_rows_checked') }}
    where reason_code is null

),

country_names as (select * from {{ ref('country_names') }}),

reason_labels as (select * from {{ ref('reason_labels') }} where exit_kind = 'rejected'),

int_attribute_changes_rows_checked as (

    select
        keyed_rows.change_key,
        keyed_rows.system,
        keyed_rows.entity,
        keyed_rows.record_key,
        keyed_rows.attribute,
        -- 0 employees means unknown; a score of 0 is a score.
        coalesce(
            country_names.country,
            {{ reason_of('keyed_rows.reason_label', 'reason_labels') }},
            nullif(keyed_rows.read_value, case keyed_rows.attribute when 'employees' then '0' end)
        ) as value,
        coalesce(
            from_country_names.country,
            {{ reason_of('keyed_rows.from_reason_label', 'from_reason_labels') }},
            nullif(
                keyed_rows.read_from_value, case keyed_rows.attribute when 'employees' then '0' end
            )
        ) as from_value,
        keyed_rows.changed_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when records.record_key is null then 'unknown_reference'
                when keyed_rows.value is not null and keyed_rows.read_value is null
                    then 'unreadable_value'
            end
        ) as reason_code
    from keyed_rows
    left join records
        on
            keyed_rows.entity = records.entity
            and keyed_rows.record_key = records.record_key
    left join country_names
        on
            case keyed_rows.attribute when 'country' then {{ country_name('keyed_rows.value') }} end
            = country_names.country_name
    left join country_names as from_country_names
        on
            case keyed_rows.attribute
                when 'country' then {{ country_name('keyed_rows.from_value') }}
            end
            = from_country_names.country_name
    left join reason_labels on keyed_rows.reason_label = reason_labels.label
    left join reason_labels as from_reason_labels
        on keyed_rows.from_reason_label = from_reason_labels.label

)

select * from int_attribute_changes_rows_checked
