{# Grain: one row per source row of a setting, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('settings') }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'kind', 'name', 'value']) }} as setting_key
    from source_rows

),

ranked_rows as (

    -- A field that was deleted and created again offers the same values under another id.
    select
        *,
        row_number() over (
            partition by setting_key
            order by
                case when reason_code is null then 0 else 1 end asc,
                is_active desc,
                source_table asc,
                source_key asc
        ) as position
    from keyed_rows

),

int_settings_rows_checked as (

    select
        ranked_rows.setting_key,
        ranked_rows.system,
        ranked_rows.kind,
        ranked_rows.name,
        ranked_rows.value,
        ranked_rows.label,
        ranked_rows.is_active,
        {{ checked_origin('ranked_rows') }},
        coalesce(
            ranked_rows.reason_code,
            case when ranked_rows.position > 1 then 'duplicate_key' end
        ) as reason_code
    from ranked_rows

)

select * from int_settings_rows_checked
