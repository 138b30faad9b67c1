{# Grain: one row per closed week or month, stage and build that counted other entries than the
   build before. #}
with

stage_counts as (

    select
        period_kind,
        period_start,
        stage,
        entered_count
    from {{ ref('int_stage_counts_aggregated') }}

),

history_stage_counts as (

    {{ changes_to_append(
        'stage_counts', ['period_kind', 'period_start', 'stage'], {'entered_count': 'bigint'}
    ) }}

)

select * from history_stage_counts
