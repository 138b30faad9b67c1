{# Grain: one row a closed week, stage and build that told another count of entries than was told
   before. #}
with

notes as (

    select * from {{ ref('history_stage_counts') }}
    where period_kind = 'week' and noted_at <= {{ cutoff() }}

),

compared as (

    select
        stage,
        period_start,
        lag(entered_count) over (
            partition by period_start, stage order by note_number
        ) as told_then,
        first_value(entered_count) over (
            partition by period_start, stage order by note_number
        ) as told_first,
        entered_count as told_now,
        note_number,
        noted_at
    from notes

),

int_restated_weeks_detected as (

    select
        stage,
        period_start as week,
        told_first,
        told_then,
        told_now,
        note_number,
        noted_at
    from compared
    where told_then is not null

)

select * from int_restated_weeks_detected
