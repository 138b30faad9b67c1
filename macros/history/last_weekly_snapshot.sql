{# A query: number and week of the last snapshot in the history table that is being built, of those that freeze once per week;
   0 and a day long ago before the first one. A build that looks back is in that week, or before it. #}
{% macro last_weekly_snapshot() -%}
    select
        coalesce(max(snapshot_number), 0) as snapshot_number,
        coalesce(max(made_week), cast('1900-01-01' as date)) as made_week
    from
        {%- if is_incremental() %} {{ this }}
        {%- else %} (
            select
                cast(null as bigint) as snapshot_number,
                cast(null as date) as made_week
        ) as no_snapshots
        {%- endif %}
{%- endmacro %}
