{# A query: the last snapshot of each key in the history table that is being built, with the columns asked for and snapshot_number.
   key: the columns that identify a row. columns: {column: type}. A column that the table does not have yet is null. Only
   for builds in which the table exists (is_incremental()). #}
{% macro last_snapshots(key, columns) -%}
    {%- set existing = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | list if execute and this is not string else [] %}
    select
        {{ key | join(',\n        ') }},
        {%- for column, type in columns.items() %}
        {{ column if column in existing or not existing else typed_null(type) ~ ' as ' ~ column }},
        {%- endfor %}
        snapshot_number
    from (
        select
            *,
            row_number() over (partition by {{ key | join(', ') }} order by snapshot_number desc) as recency
        from {{ this }}
    ) as snapshots
    where recency = 1
{%- endmacro %}
