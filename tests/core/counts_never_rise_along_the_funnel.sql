-- Law 4: in no funnel and channel does a stage hold more journeys than the stage before it.
with

counts as (

    select
        lifecycle.funnel,
        lifecycle.first_channel,
        stages.stage_order,
        count(*) as journey_count
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    where lifecycle.visit_number = 1 and not stages.is_exit
    group by lifecycle.funnel, lifecycle.first_channel, stages.stage_order

),

compared as (

    select
        *,
        lag(journey_count) over (
            partition by funnel, first_channel order by stage_order
        ) as earlier_count
    from counts

)

select * from compared
where journey_count > earlier_count
