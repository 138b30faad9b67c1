{# Grain: one row a landed row that can't be used, with the reason and the row as it landed. #}
with

reasons as (select * from {{ ref('row_reasons') }} where kind = 'rejected'),

rejected as (

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

landed as (

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
                rejected.system,
                rejected.source_table,
                rejected.source_key
            from rejected
            where rejected.entity = '{{ entity }}'
        )
        and (staged.reason_code is null or staged.reason_code not in {{ set_aside_codes() }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

quarantine as (

    select
        {{ key_of([
            'rejected.entity',
            'rejected.system',
            'rejected.source_table',
            'rejected.source_key',
            'rejected.copy_number',
        ]) }} as quarantine_key,
        rejected.system,
        rejected.entity,
        rejected.source_table,
        rejected.source_key as source_row_id,
        rejected.reason_code,
        reasons.reason || coalesce(
            case when reasons.names_column then ': ' || rejected.reason_detail end, ''
        ) as reason,
        landed.row_json,
        rejected.loaded_at
    from rejected
    inner join reasons on rejected.reason_code = reasons.reason_code
    left join landed
        on
            rejected.entity = landed.entity
            and rejected.system = landed.system
            and rejected.source_table = landed.source_table
            and rejected.source_key = landed.source_key
            and rejected.copy_number = landed.copy_number

)

select * from quarantine
