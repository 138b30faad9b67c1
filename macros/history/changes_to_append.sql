{# A query: the rows of a CTE that its history must add. These are the rows whose key has no snapshot yet, and those that differ
   from the last snapshot of their key, with snapshot_number (1 for the first of a key) and snapshotted_at (the cutoff).
   A build that looks back (its cutoff is before the latest snapshot) adds nothing: it sees today's values, not those of then.
   rows: name of the CTE. key: the columns that identify a row. compared: {column: type}, whose change makes a new snapshot.
   first_if: a condition on the row that the first snapshot of a key must meet. #}
{% macro changes_to_append(rows, key, compared, first_if='true') -%}
    select
        {{ rows }}.*,
        {%- if not is_incremental() %}
        cast(1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from {{ rows }}
    where {{ first_if }}
    {%- else %}
        cast(coalesce(last_snapshots.snapshot_number, 0) + 1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from {{ rows }}
    left join ({{ last_snapshots(key, compared) }}) as last_snapshots
        on
            {%- for column in key %}
            {{ rows }}.{{ column }} = last_snapshots.{{ column }}{{ ' and' if not loop.last }}
            {%- endfor %}
    where
        not {{ looks_back() }}
        and case
            when last_snapshots.snapshot_number is null then {{ first_if }}
            else
                {%- for column in compared %}
                {{ rows }}.{{ column }} is distinct from last_snapshots.{{ column }}{{ ' or' if not loop.last }}
                {%- endfor %}
        end
    {%- endif %}
{%- endmacro %}
