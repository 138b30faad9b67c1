{# Grain: one row a evaluation, journey and stage that the definition decides: when the journey came
   there first. In force it is the fact; a version alone is asked only where it is compared. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }} where visit_number = 1),

judged as (select * from {{ ref('int_qualifications_evaluated') }}),

compared as (

    select distinct evaluation from {{ ref('int_stage_count_periods_listed') }}
    where evaluation != 'in_force'

),

stages as (select distinct stage from {{ ref('int_touch_criteria_listed') }}),

entries as (

    -- What nobody dated came before anything that is counted.
    select
        lifecycle.journey_key,
        lifecycle.stage,
        lifecycle.is_inferred,
        coalesce(lifecycle.entered_at, {{ start_of_time() }}) as entered_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage

),

arrived as (

    select
        'in_force' as evaluation,
        journey_key,
        stage,
        is_inferred,
        entered_at
    from entries
    union all
    select
        compared.evaluation,
        entries.journey_key,
        entries.stage,
        entries.is_inferred,
        entries.entered_at
    from compared
    cross join entries
    where entries.is_inferred
    union all
    select
        judged.evaluation,
        judged.journey_key,
        judged.stage,
        false as is_inferred,
        coalesce(judged.occurred_at, {{ start_of_time() }}) as entered_at
    from judged
    inner join compared on judged.evaluation = compared.evaluation

),

numbered as (

    -- What a later stage filled in before a version alone has judged it, that has not judged.
    select
        *,
        row_number() over (
            partition by evaluation, journey_key, stage order by entered_at asc, is_inferred desc
        ) as place
    from arrived

),

int_stage_arrivals_collected as (

    select
        evaluation,
        journey_key,
        stage,
        is_inferred,
        entered_at
    from numbered
    where place = 1

)

select * from int_stage_arrivals_collected
