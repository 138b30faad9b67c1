{# Grain: one row a funnel, segment, step, sample and week of waiting: the chance to move on in
   that week. #}
with

risks as (select * from {{ ref('int_plan_risk_sets_counted') }}),

pooled as (

    select
        *,
        {%- for fate in ['advanced', 'exited', 'waiting'] %}
        {{ as_double(
            'sum(' ~ fate ~ '_count) over (partition by funnel, step, sample_number, waited_weeks)'
        ) }} as pool_{{ fate }},
        {%- endfor %}
        -- The funnel's own rates count as much as these journeys would: enough for a few moves.
        {{ int_var('planning_prior_wins') }}
        * {{ as_double('sum(joined_count) over (partition by funnel, step, sample_number)') }}
        / greatest(sum(advanced_count) over (partition by funnel, step, sample_number), 1)
            as prior_journeys
    from risks

),

hazards as (

    select
        *,
        coalesce(
            (advanced_count + prior_journeys * pool_advanced / nullif(pool_waiting, 0))
            / nullif(waiting_count + prior_journeys, 0), 0
        ) as advance_hazard,
        coalesce(
            (exited_count + prior_journeys * pool_exited / nullif(pool_waiting, 0))
            / nullif(waiting_count + prior_journeys, 0), 0
        ) as exit_hazard
    from pooled

),

still_there as (

    select
        *,
        coalesce(exp(
            sum(ln(greatest(1 - advance_hazard - exit_hazard, 0.000001))) over (
                partition by funnel, segment, step, sample_number
                order by waited_weeks
                rows between unbounded preceding and 1 preceding
            )
        ), 1) as still_rate
    from hazards

),

int_plan_life_tables_estimated as (

    select
        funnel,
        segment,
        step,
        sample_number,
        waited_weeks,
        advanced_count,
        open_count,
        waiting_count,
        joined_count,
        still_rate,
        still_rate * advance_hazard as advance_rate,
        sum(still_rate * advance_hazard) over (
            partition by funnel, segment, step, sample_number
            order by waited_weeks
        ) as advanced_rate
    from still_there

)

select * from int_plan_life_tables_estimated
