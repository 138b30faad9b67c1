{# Grain: one row a cause in one spell of time, with what moved most in the count of its stage, or
   of the stage that its rule keeps people out of, in the week in which it began. #}
with

spells as (select * from {{ ref('int_spells_named') }}),

restatements as (select * from {{ ref('int_restatements_grouped') }}),

changes as (

    select * from {{ ref('stage_count_changes') }} where period_kind = 'week' and change != 0

),

causes as (

    select * from spells
    union all
    select * from restatements

),

moved as (

    select
        causes.alert_key,
        changes.stage as counted_stage,
        changes.entered_count,
        changes.earlier_reported_count,
        coalesce(changes.rule, changes.part) as largest_part,
        changes.change as largest_change,
        row_number() over (
            partition by causes.alert_key
            order by abs(changes.change) desc, changes.stage asc, changes.part asc, changes.rule asc
        ) as place
    from causes
    inner join changes
        on
            (causes.stage = changes.stage or (causes.stage is null and causes.rule = changes.rule))
            and causes.first_seen_date >= changes.period_start
            and cast(causes.first_seen_date as timestamp)
            < {{ add_days('cast(changes.period_start as timestamp)', 7) }}

),

int_alert_causes_unioned as (

    select
        causes.*,
        moved.counted_stage,
        moved.entered_count,
        moved.earlier_reported_count,
        moved.largest_part,
        moved.largest_change
    from causes
    left join moved on causes.alert_key = moved.alert_key and moved.place = 1

)

select * from int_alert_causes_unioned
