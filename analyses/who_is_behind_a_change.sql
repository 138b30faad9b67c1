{{ config(group="revenue_operations") }}
-- The persons behind each part of the newest complete week's change against the week before: who
-- came into question, whom a rule kept out, whom only one version lets in, who was filled in.
-- For another week, or months, change `newest`. A restatement keeps counts alone: it names nobody.
with

changes as (select * from {{ ref('stage_count_changes') }} where change != 0),

candidates as (select * from {{ ref('int_stage_candidates_collected') }}),

arrivals as (

    select * from {{ ref('int_stage_arrivals_collected') }} where evaluation = 'in_force' and is_inferred

),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

newest as (

    select
        'week' as period_kind,
        max(period_start) as period_start
    from changes
    where period_kind = 'week'

),

asked as (

    select changes.*
    from changes
    inner join newest
        on
            changes.period_kind = newest.period_kind
            and changes.period_start = newest.period_start

),

judged as (

    select
        period_kind,
        period_start,
        stage,
        journey_key,
        person_key,
        max(case when evaluation = 'in_force' then failed_rule end) as failed_rule,
        bool_or(evaluation = 'in_force') as is_in_question,
        bool_or(is_entered) as is_entered,
        count(distinct evaluation || cast(is_entered as {{ dbt.type_string() }})) > 1
        and bool_or(is_entered) and not bool_and(is_entered) as is_by_version
    from candidates
    group by period_kind, period_start, stage, journey_key, person_key

),

persons as (

    select
        journey_key,
        max(person_key) as person_key
    from lifecycle
    group by journey_key

),

who_is_behind_a_change as (

    select
        asked.stage,
        asked.part,
        asked.rule,
        asked.change,
        judged.period_start,
        judged.is_entered,
        judged.person_key,
        judged.journey_key
    from asked
    inner join judged
        on
            asked.period_kind = judged.period_kind
            and judged.period_start in (asked.period_start, asked.earlier_start)
            and asked.stage = judged.stage
            and (
                (asked.part in ('volume', 'mix') and judged.is_in_question)
                or asked.rule = judged.failed_rule
                or (asked.part = 'version' and judged.is_by_version)
            )
    union all
    select
        asked.stage,
        asked.part,
        asked.rule,
        asked.change,
        cast(date_trunc('week', arrivals.entered_at) as date) as period_start,
        true as is_entered,
        persons.person_key,
        arrivals.journey_key
    from asked
    inner join arrivals on asked.stage = arrivals.stage
    inner join persons on arrivals.journey_key = persons.journey_key
    where
        asked.part = 'inferred'
        and cast(date_trunc('week', arrivals.entered_at) as date)
        in (asked.period_start, asked.earlier_start)

)

select * from who_is_behind_a_change
order by stage asc, part asc, rule asc, period_start asc, journey_key asc
