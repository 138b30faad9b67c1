{# Grain: one row per complete week or month and evaluation that its counts are compared in:
   in_force, and where a version ended in the period also that version alone. #}
with

periods as (

    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind != 'quarter' and is_complete

),

versions as (select * from {{ ref('int_evaluation_versions_dated') }}),

ended_versions as (

    select
        periods.period_kind,
        periods.period_start,
        versions.definition_version
    from periods
    inner join versions
        on
            versions.evaluation = 'in_force'
            and periods.starts_at > versions.valid_from
            and periods.starts_at <= versions.valid_to
            and periods.next_starts_at > versions.valid_to

),

int_stage_count_periods_listed as (

    select
        period_kind,
        period_start,
        prior_start as earlier_start,
        'in_force' as evaluation,
        starts_at,
        next_starts_at
    from periods
    union all
    select
        periods.period_kind,
        periods.period_start,
        periods.prior_start as earlier_start,
        versions.evaluation,
        periods.starts_at,
        periods.next_starts_at
    from periods
    inner join ended_versions
        on
            periods.period_kind = ended_versions.period_kind
            and periods.period_start = ended_versions.period_start
    inner join versions
        on
            ended_versions.definition_version = versions.definition_version
            and versions.evaluation != 'in_force'

)

select * from int_stage_count_periods_listed
