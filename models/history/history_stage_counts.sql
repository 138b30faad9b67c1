{# Grain: one row a closed week or month, stage and build that told another count of entries than
   was told before. Rows are only ever added. #}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail'
) }}
with

counts as (select * from {{ ref('int_stage_counts_aggregated') }}),

last_notes as (

    {% if is_incremental() -%}
    select
        period_kind,
        period_start,
        stage,
        {{ last_by('entered_count', 'note_number') }} as entered_count,
        max(note_number) as note_number,
        max(noted_at) as noted_at
    from {{ this }}
    group by period_kind, period_start, stage
    {%- else -%}
    select
        *,
        0 as note_number,
        {{ cutoff() }} as noted_at
    from counts
    where false
    {%- endif %}

),

history_stage_counts as (

    -- A build that looks back sees the past otherwise than it was told then.
    select
        counts.period_kind,
        counts.period_start,
        counts.stage,
        counts.entered_count,
        cast(coalesce(last_notes.note_number, 0) + 1 as bigint) as note_number,
        {{ cutoff() }} as noted_at
    from counts
    left join last_notes
        on
            counts.period_kind = last_notes.period_kind
            and counts.period_start = last_notes.period_start
            and counts.stage = last_notes.stage
    where
        last_notes.stage is null
        or (
            last_notes.noted_at <= {{ cutoff() }}
            and last_notes.entered_count != counts.entered_count
        )

)

select * from history_stage_counts
