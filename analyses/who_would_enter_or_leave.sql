-- Who would enter or leave a stage under the newest version or draft, and the rule that decides it;
-- the most valuable first.
with

changes as (select * from {{ ref('definition_changes') }}),

newest_evaluation as (

    select evaluation from changes
    order by length(evaluation) desc, evaluation desc
    limit 1

),

who_would_enter_or_leave as (

    select
        changes.evaluation,
        changes.stage,
        changes.change,
        changes.rule,
        changes.is_won,
        changes.won_amount,
        changes.funnel,
        changes.first_channel,
        changes.person_key,
        changes.journey_key,
        changes.started_at
    from changes
    inner join newest_evaluation on changes.evaluation = newest_evaluation.evaluation

)

select * from who_would_enter_or_leave
order by won_amount desc nulls last, journey_key asc, stage asc
