{# Grain: one row a period that has one before it, stage, cell (funnel and channel) and driver:
   from what to what its factor went. #}
with

evaluations as (select * from {{ ref('int_stage_count_periods_listed') }}),

levels as (select * from {{ ref('int_stage_count_levels_counted') }}),

pairs as (

    -- A period that has a version alone, the earlier one's, is compared on that.
    select
        period_kind,
        period_start,
        earlier_start,
        coalesce(max(case when evaluation != 'in_force' then evaluation end), 'in_force') as evaluation
    from evaluations
    where earlier_start is not null
    group by period_kind, period_start, earlier_start

),

int_stage_count_factors_measured as (

    -- A factor that one of the periods can't tell is taken from the other.
    select
        pairs.period_kind,
        pairs.period_start,
        pairs.earlier_start,
        levels.stage,
        levels.funnel,
        levels.channel,
        levels.driver,
        levels.rule,
        levels.driver_number,
        coalesce(earlier.factor, levels.factor, 0) as from_factor,
        coalesce(levels.factor, earlier.factor, 0) as to_factor,
        earlier.level_count as earlier_level_count,
        levels.level_count
    from pairs
    inner join levels
        on
            pairs.period_kind = levels.period_kind
            and pairs.period_start = levels.period_start
            and pairs.evaluation = levels.evaluation
    inner join levels as earlier
        on
            pairs.period_kind = earlier.period_kind
            and pairs.earlier_start = earlier.period_start
            and earlier.evaluation = 'in_force'
            and levels.stage = earlier.stage
            and levels.funnel = earlier.funnel
            and levels.channel = earlier.channel
            and levels.driver_number = earlier.driver_number

)

select * from int_stage_count_factors_measured
