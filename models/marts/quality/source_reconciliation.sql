{# Grain: one row a source table, fate and reason: where every landed row went, and what is kept
   of rows that have vanished. #}
with

reasons as (select * from {{ ref('row_reasons') }}),

landed as (

    {%- for system in var('systems') %}
    select
        {{ text_literal(system, 'A name in the var systems') }} as system,
        source_table,
        row_count
    from {{ ref('stg_' ~ system ~ '__row_counts') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

read_past as (

    {%- for entity in entities() %}
    select
        system,
        source_table,
        reason_code as told_code,
        count(*) as row_count
    from ({{ stack_systems(entity, ['reason_code']) }}) as staged
    where reason_code in {{ set_aside_codes() }}
    group by system, source_table, told_code
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

united as (

    {%- for entity in entities() %}
    select
        system,
        source_table,
        coalesce(
            reason_code,
            case when reason_detail is not null then 'unreadable_part' end
        ) as told_code,
        count(*) as row_count
    from {{ ref('int_' ~ entity ~ '_rows_checked') }}
    group by system, source_table, told_code
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

kept as (

    select
        system,
        source_table,
        'vanished' as told_code,
        count(*) as row_count
    from {{ ref('int_erased_touches_selected') }}
    group by system, source_table

),

tallied as (

    select
        system,
        source_table,
        told_code as reason_code,
        cast(sum(row_count) as bigint) as row_count
    from (
        select * from read_past
        union all
        select * from united
        union all
        select * from kept
    ) as all_kinds
    group by system, source_table, told_code

),

source_reconciliation as (

    select
        coalesce(landed.system, tallied.system) as system,
        coalesce(landed.source_table, tallied.source_table) as source_table,
        case
            when tallied.reason_code is null or reasons.kind = 'flagged' then 'counted'
            when reasons.kind in ('set_aside', 'kept') then reasons.kind
            else 'quarantined'
        end as fate,
        tallied.reason_code,
        reasons.reason,
        -- A second reading of a table's rows (its name has a dot) makes no row of its own to
        -- account for.
        landed.row_count as read_count,
        coalesce(tallied.row_count, 0) as row_count
    from landed
    full outer join tallied
        on
            landed.system = tallied.system
            and landed.source_table = tallied.source_table
    left join reasons on tallied.reason_code = reasons.reason_code

)

select * from source_reconciliation
