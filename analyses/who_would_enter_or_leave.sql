-- Who would enter or leave a stage under the newest version or draft, and the rule that decides it;
-- the most valuable first.
with

effects as (select * from {{ ref('definition_version_effects') }}),

newest_evaluation as (

    select evaluation from effects
    order by length(evaluation) desc, evaluation desc
    limit 1

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

)

select * from who_would_enter_or_leave
order by won_amount desc nulls last, journey_key asc, stage asc
