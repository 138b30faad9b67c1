{# Grain: one row a record, attribute and moment at which it took a value, as its system's own
   history tells. #}
with

changes as (

    -- A change after the cutoff is not known; that there is one tells that what the record shows
    -- now is not what it showed then. A system's own score is compared, and judges nobody.
    select * from {{ ref('int_attribute_changes_rows_checked') }}
    where
        attribute <> 'lead_score'
        and (reason_code is null or reason_code = 'after_cutoff')

),

created as (

    select
        'people' as entity,
        record_key,
        created_at
    from {{ ref('int_people_unioned') }}
    union all
    select
        'companies' as entity,
        company_key as record_key,
        created_at
    from {{ ref('int_companies_unioned') }}

),

numbered as (

    select
        changes.*,
        created.created_at,
        row_number() over (
            partition by changes.entity, changes.record_key, changes.attribute
            order by changes.changed_at, changes.source_key
        ) as place
    from changes
    inner join created
        on
            changes.entity = created.entity
            and changes.record_key = created.record_key

),

placed as (

    -- The value that a record was created with holds since ever.
    select
        *,
        case
            when changed_at > created_at or (created_at is null and place > 1) then changed_at
            else {{ start_of_time() }}
        end as valid_from
    from numbered

),

latest as (

    -- Of several at one moment, the last by its id; HubSpot's rows have none, so by the value.
    select
        *,
        row_number() over (
            partition by entity, record_key, attribute, valid_from order by place desc
        ) as recency
    from placed

),

int_attribute_history_read as (

    select
        entity,
        record_key,
        attribute,
        value,
        valid_from
    from latest
    where recency = 1 and changed_at < {{ cutoff() }}
    union all
    select
        entity,
        record_key,
        attribute,
        from_value as value,
        {{ start_of_time() }} as valid_from
    from placed
    where place = 1 and valid_from > {{ start_of_time() }}

)

select * from int_attribute_history_read
