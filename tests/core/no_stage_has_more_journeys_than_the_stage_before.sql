with

stages as (

    -- After the win stages are events in any order.
    select
        *,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

stage_counts as (

    select
        lifecycle.funnel,
        lifecycle.first_channel,
        stages.stage,
        stages.stage_order,
        count(*) as journey_count
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where lifecycle.stage_entry_number = 1 and stages.stage_order <= stages.win_order
    group by lifecycle.funnel, lifecycle.first_channel, stages.stage, stages.stage_order

),

neighbouring_counts as (

    select
        *,
        lag(journey_count) over (
            partition by funnel, first_channel order by stage_order
        ) as earlier_journey_count
    from stage_counts

)

select * from neighbouring_counts
where journey_count > earlier_journey_count
