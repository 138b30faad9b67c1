{# A query: one row per key, with a fingerprint of all rows that have it in the tables that the models of this key read, and whether
   that is another one than in the last build (has_changed), be it by rows that are new, changed or gone. After a change of a table
   without the key all have changed. build_id is this build, previous_build_id the one that it is compared with. Reads the table that it replaces.
   key: the column; inputs: {CTE that has it: the model whose columns it has, or their names}; shared: the same of CTEs without it.
   On an engine on which no build keeps rows, every key is changed. #}
{% macro changed_keys(key, inputs, shared={}) -%}
    {{ return(adapter.dispatch('changed_keys', 'revenue_funnel')(key, inputs, shared)) }}
{%- endmacro %}

{% macro duckdb__changed_keys(key, inputs, shared) -%}
    {%- set previous = load_relation(this) if execute else none -%}
    select
        coalesce(present.{{ key }}, previous.{{ key }}) as {{ key }},
        present.fingerprint,
        coalesce(present.fingerprint, '') != coalesce(previous.fingerprint, '') as has_changed,
        '{{ invocation_id }}' as build_id,
        max(previous.build_id) over () as previous_build_id
    from (
        select
            key_rows.{{ key }},
            -- Of all rows, whatever their order, and of the tables without the key.
            cast(sum(key_rows.row_hash) as text)
            || '|' || coalesce(max(shared_rows.hash_sum), '') as fingerprint
        from (
            {%- for name, columns in inputs.items() %}
            select
                {{ key }},
                {{ row_hash(name, columns) }} as row_hash
            from {{ name }}
            where {{ key }} is not null
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as key_rows
        cross join (
            select cast(sum(row_hash) as text) as hash_sum
            from (
                {%- for name, columns in shared.items() %}
                select {{ row_hash(name, columns) }} as row_hash
                from {{ name }}
                {{ 'union all' if not loop.last }}
                {%- endfor %}
            ) as all_shared_rows
        ) as shared_rows
        group by key_rows.{{ key }}
    ) as present
    full outer join (
        {%- if previous %}
        select
            {{ key }},
            fingerprint,
            build_id
        from {{ this }}
        where fingerprint is not null
        {%- else %}
        select
            cast(null as bigint) as {{ key }},
            cast(null as text) as fingerprint,
            cast(null as text) as build_id
        where false
        {%- endif %}
    ) as previous on present.{{ key }} = previous.{{ key }}
{%- endmacro %}

{# A hash of a row of a CTE, with its name. columns: the model whose columns it has, or their names. #}
{% macro row_hash(name, columns) -%}
    {%- if columns is string -%}
        {%- set relation = ref(columns) -%}
        {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if execute else [] -%}
        {%- if execute and not columns and flags.WHICH in ('build', 'run') -%}
            {{ exceptions.raise_compiler_error('The columns of ' ~ relation ~ ' are unknown: its changes would be, too.') }}
        {%- endif -%}
    {%- endif -%}
    hash('{{ name }}'{% for column in columns %}, {{ name }}.{{ column }}{% endfor %})
{%- endmacro %}

{% macro default__changed_keys(key, inputs, shared) -%}
    select
        {{ key }},
        {{ typed_null('text') }} as fingerprint,
        true as has_changed,
        '{{ invocation_id }}' as build_id,
        {{ typed_null('text') }} as previous_build_id
    from (
        {%- for name in inputs %}
        select {{ key }} from {{ name }}
        where {{ key }} is not null
        {{ 'union' if not loop.last }}
        {%- endfor %}
    ) as present
{%- endmacro %}
