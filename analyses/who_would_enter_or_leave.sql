-- Who would enter or leave a stage under the newest version or draft, and the rule that decides it;
-- the most valuable first. What a draft shares with the newest agreed version is left out: it is
-- compared with what was in force at the time, which may be an older version.
with

effects as (select * from {{ ref('definition_changes_by_journey') }}),

evaluations as (

    select distinct
        evaluation,
        is_draft
    from {{ ref('definition_backtest') }}
    where evaluation != 'in_force'

),

newest_evaluation as (

    select evaluation from evaluations
    order by length(evaluation) desc, evaluation desc
    limit 1

),

newest_agreed_evaluation as (

    select evaluations.evaluation
    from evaluations
    left join newest_evaluation on evaluations.evaluation = newest_evaluation.evaluation
    where not evaluations.is_draft and newest_evaluation.evaluation is null
    order by length(evaluations.evaluation) desc, evaluations.evaluation desc
    limit 1

),

agreed_effects as (

    select effects.*
    from effects
    inner join newest_agreed_evaluation
        on effects.evaluation = newest_agreed_evaluation.evaluation

),

who_would_enter_or_leave as (

    select
        effects.evaluation,
        effects.stage,
        effects.effect,
        effects.rule,
        effects.is_won,
        effects.won_amount,
        effects.funnel,
        effects.first_channel,
        effects.person_key,
        effects.journey_key,
        effects.started_at
    from effects
    inner join newest_evaluation on effects.evaluation = newest_evaluation.evaluation
    inner join evaluations on effects.evaluation = evaluations.evaluation
    left join agreed_effects
        on
            effects.journey_key = agreed_effects.journey_key
            and effects.stage = agreed_effects.stage
            and effects.effect = agreed_effects.effect
            and evaluations.is_draft
    where agreed_effects.journey_key is null

)

select * from who_would_enter_or_leave
order by won_amount desc nulls last, journey_key asc, stage asc
