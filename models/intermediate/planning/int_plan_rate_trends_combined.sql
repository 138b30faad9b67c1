{# Grain: one row a funnel and step: how its rate has moved, and how it moves with time. #}
with

moves as (select * from {{ ref('int_plan_rate_trends_fitted') }}),

weighed as (

    select
        *,
        max(log_odds) over (partition by funnel, step) as best_odds,
        exp(greatest(log_odds - max(log_odds) over (partition by funnel, step), -500)) as weight,
        case when is_trend then 0 else 1 - mean_place end as reach
    from moves

),

stepped as (

    select
        funnel,
        step,
        max(case when is_trend then mean_place end) as mean_years,
        max(best_odds) as best_odds,
        {{ exact_sum('weight', 12) }} as weights,
        {{ exact_sum('case when is_trend then 0 else weight end', 12) }} as jump_weights,
        {{ exact_sum('case when is_trend then weight * move else 0 end', 12) }} as trend,
        {{ exact_sum('weight * reach * move', 12) }} as jump,
        {{ exact_sum(
            'case when is_trend then weight * (move_variance + move * move) else 0 end', 12
        ) }} as trend_square,
        {{ exact_sum('weight * reach * reach * (move_variance + move * move)', 12) }} as jump_square
    from weighed
    group by funnel, step

),

funnels as (

    -- All steps of a funnel hold, or all move: equally likely before the data. Where one is seen
    -- to move, the others are believed sooner.
    select
        funnel,
        1 / (1 + exp(-least(greatest({{ exact_sum('best_odds + ln(weights)', 12) }}, -500), 500)))
            as moving_rate
    from stepped
    group by funnel

),

believed as (

    select
        stepped.funnel,
        stepped.step,
        stepped.mean_years,
        funnels.moving_rate,
        funnels.moving_rate * stepped.jump_weights / stepped.weights as jump_rate,
        funnels.moving_rate * stepped.trend / stepped.weights as yearly_drift,
        funnels.moving_rate * stepped.jump / stepped.weights as level_shift,
        funnels.moving_rate * stepped.trend_square / stepped.weights as trend_square,
        funnels.moving_rate * stepped.jump_square / stepped.weights as jump_square
    from stepped
    inner join funnels on stepped.funnel = funnels.funnel

),

int_plan_rate_trends_combined as (

    select
        funnel,
        step,
        {{ settled('moving_rate', 12) }} as moving_rate,
        {{ settled('mean_years', 12) }} as mean_years,
        {{ settled('yearly_drift', 12) }} as yearly_drift,
        {{ settled('level_shift', 12) }} as level_shift,
        {{ settled('greatest(trend_square - power(yearly_drift, 2), 0)', 12) }} as drift_variance,
        {{ settled('greatest(jump_square - power(level_shift, 2), 0)', 12) }} as shift_variance,
        {{ settled('0 - yearly_drift * level_shift', 12) }} as covariance,
        -- What has jumped, once in two years, may jump again.
        {{ settled('0.5 * jump_rate * power(' ~ decimal_var('planning_usual_move') ~ ', 2)', 9) }}
            as yearly_variance
    from believed

)

select * from int_plan_rate_trends_combined
