{# Grain: one row a complete week or month and evaluation that its counts are judged on: in_force, and
   where a version ended in it the one that ruled the period before, alone. #}
with

periods as (

    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind != 'quarter' and is_complete

),

evaluations as (select * from {{ ref('int_definition_versions_dated') }}),

ended as (

    select
        periods.period_kind,
        periods.period_start,
        ruling.definition_version
    from periods
    inner join evaluations as ruling
        on
            ruling.evaluation = 'in_force'
            and periods.starts_at > ruling.valid_from
            and periods.starts_at <= ruling.valid_to
            and periods.next_starts_at > ruling.valid_to

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
        alone.evaluation,
        periods.starts_at,
        periods.next_starts_at
    from periods
    inner join ended
        on
            periods.period_kind = ended.period_kind
            and periods.period_start = ended.period_start
    inner join evaluations as alone
        on
            ended.definition_version = alone.definition_version
            and alone.evaluation != 'in_force'

)

select * from int_stage_count_periods_listed
