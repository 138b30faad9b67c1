{# Grain: one row per system, stage that the label means, who set it and month: the labels set on
   people. Additive. #}
with

claims as (select * from {{ ref('int_stage_claims_unioned') }}),

label_change_counts as (

    select
        system,
        coalesce(stage, 'none') as label_stage,
        changed_by,
        cast({{ period_start('month', 'claimed_at') }} as date) as changed_month,
        count(*) as change_count
    from claims
    group by
        system,
        coalesce(stage, 'none'),
        changed_by,
        cast({{ period_start('month', 'claimed_at') }} as date)

)

select * from label_change_counts
