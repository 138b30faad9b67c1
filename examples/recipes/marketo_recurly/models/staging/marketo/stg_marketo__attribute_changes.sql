{# Grain: one row per change of a lead's field. Those of other fields are set aside; an attribute of your own (var
   own_attributes) is a further line of the case, with its name. #}
with

changes as (

    select
        landed.*,
        case fields.restname
            when 'country' then 'country'
            when 'numberOfEmployees' then 'employees'
        end as attribute,
        cast(to_json(landed) as varchar) as row_json
    from {{ source('marketo', 'activity_change_data_value') }} as landed
    left join {{ source('marketo', 'lead_describe') }} as fields
        on landed.primary_attribute_value_id = fields.id

),

stg_marketo__attribute_changes as (

    select
        cast(lead_id as varchar) as record_id,
        'people' as entity,
        attribute,
        new_value as value,
        old_value as from_value,
        activity_date as changed_at,
        'activity_change_data_value' as source_table,
        cast(id as varchar) as source_key,
        _fivetran_synced as loaded_at,
        case when attribute is null then 'not_needed' end as reason_code,
        row_json
    from changes

)

select * from stg_marketo__attribute_changes
