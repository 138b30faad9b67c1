{# The rows of one entity of every system that provides it, as two CTEs, `staged` and `checked`, ready to stand behind `with`.
   times: the columns that must lie between earliest_date and the cutoff.
   `checked` has one row a staged row, except rows that staging set aside; reason_code is null where the row can be used.
   copy_number tells rows of one key apart: the copy loaded last comes first and stays. keeps_deleted: a deleted row is still used.
   rows: a condition that says which staged rows are wanted, those that staging set aside among them. #}
{% macro union_sources(entity, times=[], keeps_deleted=false, rows=none) %}
{%- set columns = shape(entity) %}
staged as (

    {{ stack_systems(entity, ['reason_code', 'reason_detail']) }}
    where {{ rows or 'reason_code is null or reason_code not in ' ~ set_aside_codes() }}

),

repeated as (

    select
        system,
        source_table,
        source_key
    from staged
    group by system, source_table, source_key
    having count(*) > 1

),

numbered as (

    -- Few keys come more than once: only their rows are put in order.
    select
        staged.*,
        1 as copy_number
    from staged
    left join repeated on {{ same_row_key('staged', 'repeated') }}
    where repeated.source_key is null
    union all
    select
        staged.*,
        {{ copy_number(entity, 'staged') }} as copy_number
    from staged
    inner join repeated on {{ same_row_key('staged', 'repeated') }}

),

checked as (

    select
        system,
        {%- for name in columns %}
        {{ name }},
        {%- endfor %}
        source_table,
        source_key,
        copy_number,
        loaded_at,
        deleted_at,
        case
            when reason_code is not null then reason_code
            when copy_number > 1 then 'duplicate_key'
            {%- if not keeps_deleted %}
            when deleted_at < {{ cutoff() }} then 'deleted'
            {%- endif %}
            {%- for time in times %}
            when {{ time }} < cast({{ text_var('earliest_date') }} as timestamp) then 'impossible_time'
            when {{ time }} >= {{ cutoff() }} then 'after_cutoff'
            {%- endfor %}
        end as reason_code,
        reason_detail
    from numbered

)
{%- endmacro %}
