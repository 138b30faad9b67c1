{# The rows of one entity of every system that provides it, as two CTEs, `staged` and `checked`, ready to stand behind `with`.
   times: the columns that must lie between earliest_date and the cutoff.
   `checked` has one row a staged row, except rows that staging set aside; reason_code is null where the row can be used.
   copy_number tells rows of one key apart: the copy loaded last comes first and stays. keeps_deleted: a deleted row is still used. #}
{% macro union_sources(entity, times=[], keeps_deleted=false) %}
{%- set columns = shape(entity) %}
staged as (

    {{ stack_systems(entity, ['reason_code', 'reason_detail']) }}
    where reason_code is null or reason_code not in {{ set_aside_codes() }}

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

{# The staging models of one entity under each other, with the system's name in front. #}
{% macro stack_systems(entity, more) -%}
    {%- set columns = shape(entity) -%}
    select * from (
    {%- set systems = [] -%}
    {%- for system, entities in var('systems').items() if entity in entities %}{% do systems.append(system) %}{% endfor %}
    {%- for system in systems %}
        select
            {{ text_literal(system, 'A name in the var systems') }} as system,
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            {{ more | join(', ') }},
            source_table,
            coalesce(source_key, '') as source_key,
            loaded_at,
            deleted_at
        from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            {{ typed_null('text') }} as system,
            {%- for name, type in columns.items() %}
            {{ typed_null(type) }} as {{ name }},
            {%- endfor %}
            {%- for name in more %}
            {{ typed_null('text') }} as {{ name }},
            {%- endfor %}
            {{ typed_null('text') }} as source_table,
            {{ typed_null('text') }} as source_key,
            {{ typed_null('timestamp') }} as loaded_at,
            {{ typed_null('timestamp') }} as deleted_at
        where false
    {%- endfor %}
    ) as stacked
{%- endmacro %}

{# Numbers the staged rows of one key: usable before unusable, the one loaded last first, ties by content, so that
   the order of arrival decides nothing. #}
{% macro copy_number(entity, table) -%}
    row_number() over (
            partition by {{ table }}.system, {{ table }}.source_table, {{ table }}.source_key
            order by
                case when {{ table }}.reason_code is null then 0 else 1 end,
                {{ table }}.loaded_at desc nulls last,
                {% for name in shape(entity) %}{{ table }}.{{ name }} nulls last{{ ', ' if not loop.last }}{% endfor %}
        )
{%- endmacro %}

{# The condition that two tables speak of one landed row's key. #}
{% macro same_row_key(one, other) -%}
    {{ one }}.system = {{ other }}.system
            and {{ one }}.source_table = {{ other }}.source_table
            and {{ one }}.source_key = {{ other }}.source_key
{%- endmacro %}

{# The reason codes of rows that staging reads past on purpose; the seed `row_reasons` says each in words. #}
{% macro set_aside_codes() -%} ('not_needed', 'superseded', 'detail_row', 'test_mode') {%- endmacro %}
