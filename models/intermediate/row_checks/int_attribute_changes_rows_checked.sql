with

{{ union_sources('attribute_changes', times=['changed_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'source_table', 'source_key']) }} as change_key,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ attribute_text('attribute', 'value') }} as read_value,
        {{ attribute_text('attribute', 'from_value') }} as read_from_value
    from checked

),

records as (

    select
        'people' as entity,
        record_key
    from {{ ref('int_people_unioned') }}
    union all
    select
        'companies' as entity,
        company_key as record_key
    from {{ ref('int_companies_unioned') }}

),

int_attribute_changes_rows_checked as (

    select
        keyed.change_key,
        keyed.system,
        keyed.entity,
        keyed.record_key,
        keyed.attribute,
        -- Nobody has no employees: nothing is known of them. A score of nothing is one.
        nullif(keyed.read_value, case keyed.attribute when 'employees' then '0' end) as value,
        nullif(
            keyed.read_from_value, case keyed.attribute when 'employees' then '0' end
        ) as from_value,
        keyed.changed_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['records'], 'keyed')
            ~ ", case when keyed.value is not null and keyed.read_value is null"
            ~ " then 'unreadable_value' end)",
            'keyed'
        ) }}
    from keyed
    left join records
        on
            keyed.entity = records.entity
            and keyed.record_key = records.record_key

)

select * from int_attribute_changes_rows_checked
