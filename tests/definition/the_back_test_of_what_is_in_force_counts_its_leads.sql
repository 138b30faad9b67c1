-- The back-test of the evaluation in_force counts the leads and MQLs that were judged, the wins and
-- what they are worth as fct_journeys has them; and each version differs from it by who enters
-- and leaves.
with

backtest as (

    select
        evaluation,
        sum(journey_count) as journey_count,
        sum(lead_count) as lead_count,
        sum(mql_count) as mql_count,
        sum(win_count) as win_count,
        sum(won_amount) as won_amount,
        sum(mql_enters_count) - sum(mql_leaves_count) as mql_more
    from {{ ref('definition_backtest') }}
    group by evaluation

),

judged as (

    select
        count(case when stage = 'lead' then 1 end) as lead_count,
        count(case when stage = 'mql' then 1 end) as mql_count
    from {{ ref('int_qualifications_evaluated') }}
    where evaluation = 'in_force'

),

journeys as (

    select
        count(*) as journey_count,
        count(case when has_win then 1 end) as win_count,
        coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('fct_journeys') }}

),

moved as (

    select
        evaluation,
        sum(case change when 'enters' then 1 when 'leaves' then -1 end) as mql_more
    from {{ ref('definition_changes') }}
    where stage = 'mql'
    group by evaluation

)

select
    backtest.evaluation,
    backtest.mql_count
from backtest
cross join judged
cross join journeys
left join moved on backtest.evaluation = moved.evaluation
where
    backtest.journey_count != journeys.journey_count
    or backtest.win_count != journeys.win_count
    or backtest.won_amount != journeys.won_amount
    or (backtest.evaluation = 'in_force' and backtest.lead_count != judged.lead_count)
    or backtest.mql_count != judged.mql_count + backtest.mql_more
    or backtest.mql_more != coalesce(moved.mql_more, 0)
