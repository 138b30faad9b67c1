with

{{ union_sources('settings') }},

keyed as (

    select
        *,
        {{ key_of(['system', 'kind', 'name', 'value']) }} as setting_key
    from checked

),

ranked as (

    -- A field that was deleted and made again offers the same values under another id.
    select
        *,
        row_number() over (
            partition by setting_key
            order by
                case when reason_code is null then 0 else 1 end asc,
                is_active desc,
                source_table asc,
                source_key asc
        ) as place
    from keyed

),

int_settings_rows_checked as (

    select
        ranked.setting_key,
        ranked.system,
        ranked.kind,
        ranked.name,
        ranked.value,
        ranked.label,
        ranked.is_active,
        {{ checked_origin(
            "case when ranked.reason_code is null and ranked.place > 1"
            ~ " then 'duplicate_key' else ranked.reason_code end",
            'ranked'
        ) }}
    from ranked

)

select * from int_settings_rows_checked
