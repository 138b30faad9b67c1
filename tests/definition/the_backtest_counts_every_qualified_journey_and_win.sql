with

backtest as (

    select
        evaluation,
        stage,
        sum(journey_count) as journey_count,
        sum(qualified_journey_count) as qualified_journey_count,
        sum(win_count) as win_count,
        sum(won_amount) as won_amount,
        sum(entering_count) - sum(leaving_count) as added_count
    from {{ ref('definition_backtest') }}
    group by evaluation, stage

),

qualified_journeys as (

    select
        evaluation,
        stage,
        count(*) as qualified_journey_count
    from {{ ref('int_qualifications_evaluated') }}
    group by evaluation, stage

),

journeys as (

    select
        count(*) as journey_count,
        count(*) filter (where has_win) as win_count,
        coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('fct_journeys') }}

),

effects as (

    select
        evaluation,
        stage,
        sum(case effect when 'enters' then 1 when 'leaves' then -1 end) as added_count
    from {{ ref('definition_changes_by_journey') }}
    group by evaluation, stage

)

select backtest.*
from backtest
cross join journeys
inner join backtest as in_force
    on backtest.stage = in_force.stage and in_force.evaluation = 'in_force'
left join qualified_journeys
    on
        backtest.evaluation = qualified_journeys.evaluation
        and backtest.stage = qualified_journeys.stage
left join effects
    on backtest.evaluation = effects.evaluation and backtest.stage = effects.stage
where
    backtest.journey_count != journeys.journey_count
    or backtest.win_count != journeys.win_count
    or backtest.won_amount != journeys.won_amount
    or backtest.qualified_journey_count != coalesce(qualified_journeys.qualified_journey_count, 0)
    or backtest.qualified_journey_count != in_force.qualified_journey_count + backtest.added_count
    or backtest.added_count != coalesce(effects.added_count, 0)
