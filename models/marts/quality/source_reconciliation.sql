{# Grain: one row per source table, row status and reason. Where every source row went; and, apart
   from that, how many erased rows are retained. #}
{%- set unreadable_part = "when reason_detail is not null then 'unreadable_part'" -%}
{%- set undated = "
            when opportunity_key in (select opportunity_key from undated_closings) then 'undated'
" -%}
{%- set negative_amount = "when amount < 0 then 'negative_amount'" -%}
{%- set assumed_currency = "when is_currency_assumed then 'assumed_currency'" -%}
with

reasons as (select * from {{ ref('row_reasons') }}),

read_counts as (select * from {{ ref('stg_sources__row_counts') }}),

undated_closings as (

    select opportunity_key
    from {{ ref('dim_opportunities') }}
    where outcome != 'open' and closed_at is null

),

row_counts as (

    -- Rows that staging sets aside.
    {%- for entity in entities() %}
    select
        system,
        source_table,
        reason_code,
        count(*) as row_count
    from ({{ stack_systems(entity, ['reason_code']) }}) as staged
    where reason_code in {{ set_aside_codes() }}
    group by system, source_table, reason_code
    union all
    {%- endfor %}
    -- Rows that it does not.
    {%- for entity in entities() %}
    {%- set remark = "case " ~ (undated if entity == 'opportunities' else "")
        ~ unreadable_part
        ~ (" " ~ negative_amount if entity in ('opportunities', 'ad_spend') else "")
        ~ (" " ~ assumed_currency if 'currency' in shape(entity) else "") ~ " end" %}
    select
        system,
        source_table,
        coalesce(reason_code, {{ remark }}) as reason_code,
        count(*) as row_count
    from {{ ref('int_' ~ entity ~ '_rows_checked') }}
    group by system, source_table, coalesce(reason_code, {{ remark }})
    union all
    {%- endfor %}
    -- Rows of earlier builds that are gone.
    select
        system,
        source_table,
        'row_gone' as reason_code,
        count(*) as row_count
    from {{ ref('int_erased_touches_selected') }}
    group by system, source_table

),

reason_counts as (

    select
        system,
        source_table,
        reason_code,
        cast(sum(row_count) as bigint) as row_count
    from row_counts
    group by system, source_table, reason_code

),

source_reconciliation as (

    select
        coalesce(read_counts.system, reason_counts.system) as system,
        coalesce(read_counts.source_table, reason_counts.source_table) as source_table,
        case
            when reason_counts.reason_code is null then 'counted'
            else coalesce(reasons.row_status, 'quarantined')
        end as row_status,
        reason_counts.reason_code,
        reasons.reason,
        -- A second reading of the same table (its name has a dot) reads no rows of its own.
        read_counts.row_count as read_count,
        coalesce(reason_counts.row_count, 0) as row_count
    from read_counts
    full outer join reason_counts
        on
            read_counts.system = reason_counts.system
            and read_counts.source_table = reason_counts.source_table
    left join reasons on reason_counts.reason_code = reasons.reason_code

)

select * from source_reconciliation
