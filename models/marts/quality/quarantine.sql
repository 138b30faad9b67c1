{# Grain: one row per source row that cannot be used, and entity that it was read for: the reason,
   and the row as loaded. #}
with

reasons as (select * from {{ ref('row_reasons') }} where row_status = 'quarantined'),

unusable_rows as (

    {%- for entity in entities() %}
    select
        '{{ entity }}' as entity,
        system,
        source_table,
        source_key,
        copy_number,
        reason_code,
        reason_detail,
        loaded_at
    from {{ ref('int_' ~ entity ~ '_rows_checked') }}
    where reason_code is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

source_rows as (

    {%- for entity in entities() %}
    select
        '{{ entity }}' as entity,
        staged.system,
        staged.source_table,
        staged.source_key,
        {{ copy_number(entity, 'staged') }} as copy_number,
        staged.row_json
    from ({{ stack_systems(entity, ['reason_code', 'row_json']) }}) as staged
    where
        (staged.system, staged.source_table, staged.source_key) in (
            select
                unusable_rows.system,
                unusable_rows.source_table,
                unusable_rows.source_key
            from unusable_rows
            where unusable_rows.entity = '{{ entity }}'
        )
        and (staged.reason_code is null or staged.reason_code not in {{ set_aside_codes() }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

quarantine as (

    select
        {{ key_of([
            'unusable_rows.entity',
            'unusable_rows.system',
            'unusable_rows.source_table',
            'unusable_rows.source_key',
            'unusable_rows.copy_number',
        ]) }} as quarantine_key,
        unusable_rows.system,
        unusable_rows.entity,
        unusable_rows.source_table,
        unusable_rows.source_key as source_row_id,
        unusable_rows.reason_code,
        reasons.reason || coalesce(
            case when reasons.names_column then ': ' || unusable_rows.reason_detail end, ''
        ) as reason,
        source_rows.row_json,
        unusable_rows.loaded_at
    from unusable_rows
    inner join reasons on unusable_rows.reason_code = reasons.reason_code
    left join source_rows
        on
            unusable_rows.entity = source_rows.entity
            and unusable_rows.system = source_rows.system
            and unusable_rows.source_table = source_rows.source_table
            and unusable_rows.source_key = source_rows.source_key
            and unusable_rows.copy_number = source_rows.copy_number

)

select * from quarantine
