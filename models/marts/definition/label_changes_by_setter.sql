{# Grain: one row per system, stage that the label means, who set it and month: the labels set on
   people. Additive. #}
with

claims as (

    -- Nobody knows what a label without a mapping means, but somebody set it.
    select
        *,
        case
            when reason_code is not null then 'unmapped'
            else coalesce(stage, 'none')
        end as label_stage,
        cast({{ period_start('month', 'claimed_at') }} as date) as changed_month
    from {{ ref('int_stage_claims_rows_checked') }}
    where reason_code is null or reason_code = 'unknown_label'

),

label_changes_by_setter as (

    select
        system,
        label_stage,
        changed_by,
        changed_month,
        count(*) as change_count
    from claims
    group by system, label_stage, changed_by, changed_month

)

select * from label_changes_by_setter
