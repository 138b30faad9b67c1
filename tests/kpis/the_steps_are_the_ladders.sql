-- Every stage of the ladder has one step to the very next, every step leads up, and no stage has
-- two prizes: a stage that is added or renamed must be in both seeds.
with

ladder as (

    select
        stage,
        stage_order,
        lead(stage) over (order by stage_order) as next_stage
    from {{ ref('lifecycle_stages') }}
    where not is_exit

)

select
    ladder.stage,
    count(steps.step) as step_count
from ladder
left join {{ ref('conversion_steps') }} as steps on ladder.stage = steps.stage
left join ladder as reached on steps.to_stage = reached.stage
group by ladder.stage, ladder.next_stage
having
    count(*) filter (where steps.is_next) != case when ladder.next_stage is null then 0 else 1 end
    or count(*) filter (where steps.is_next and steps.to_stage != ladder.next_stage) > 0
    or count(*) filter (where reached.stage_order <= ladder.stage_order) > 0
    or count(*) filter (where steps.is_prize) > 1
