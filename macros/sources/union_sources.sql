{# A query: the rows of one entity of every system that provides it, except those that staging sets aside, in the shared shape with
   source_table, source_key, loaded_at, deleted_at and
   copy_number: 1 for the row of a key that was loaded last, 2 and so on for its other copies;
   reason_code: why the row cannot be used, null if it can; reason_detail: the column at fault.
   times: columns that must lie between the var earliest_date and the cutoff; a time that can't be (possible_time) in any other column
   is null, and reason_detail names it. keeps_deleted: deleted rows can be used.
   rows: a condition for the rows wanted, instead of all that staging does not set aside. #}
{% macro union_sources(entity, times=[], keeps_deleted=false, rows=none) %}
    {%- set secondary = [] -%}
    {%- for name, type in shape(entity).items() if type in ('timestamp', 'date') and name not in times -%}
        {%- do secondary.append(name) -%}
    {%- endfor %}
    with

    staged_rows as (

        {{ stack_systems(entity, ['reason_code', 'reason_detail']) }}
        where {{ rows or 'reason_code is null or reason_code not in ' ~ set_aside_codes() }}

    ),

    repeated_keys as (

        select
            system,
            source_table,
            source_key
        from staged_rows
        group by system, source_table, source_key
        having count(*) > 1

    ),

    numbered_rows as (

        -- Few keys come more than once: only their rows are sorted.
        select
            staged_rows.*,
            1 as copy_number
        from staged_rows
        left join repeated_keys on {{ same_row_key('staged_rows', 'repeated_keys') }}
        where repeated_keys.source_key is null
        union all
        select
            staged_rows.*,
            {{ copy_number(entity, 'staged_rows') }} as copy_number
        from staged_rows
        inner join repeated_keys on {{ same_row_key('staged_rows', 'repeated_keys') }}

    )

    select
        system,
        {%- for name in shape(entity) %}
        {{ possible_time(name) ~ ' as ' ~ name if name in secondary else name }},
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
        coalesce(
            reason_detail,
            case
                when reason_code is not null then {{ typed_null('text') }}
                {%- for name in secondary %}
                when {{ name }} is not null and {{ possible_time(name) }} is null then '{{ name }}'
                {%- endfor %}
            end
        ) as reason_detail
    from numbered_rows
{%- endmacro %}
