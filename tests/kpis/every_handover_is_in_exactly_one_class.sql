-- Whoever entered a stage that hands over, skipped stages left out, is one row of handoffs, in one
-- class that fits its dates, and is counted once among the costs.
with

handed_over as (

    select
        steps.step,
        count(*) as row_count
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('conversion_steps') }} as steps on lifecycle.stage = steps.stage
    where steps.is_handoff and lifecycle.visit_number = 1 and not lifecycle.is_inferred
    group by steps.step

),

classed as (

    select
        step,
        count(*) as row_count,
        count(*) filter (where answer = 'accepted')
        + count(*) filter (where answer = 'rejected')
        + count(*) filter (where answer = 'recycled')
        + count(*) filter (where answer = 'never touched') as classes_count,
        count(*) filter (where answer = 'never touched' and is_touched) as odd_count
    from {{ ref('handoffs') }}
    group by step

),

costed as (

    select
        step,
        sum(handoff_count) as row_count
    from {{ ref('handoff_costs') }}
    group by step

)

select
    handed_over.step,
    handed_over.row_count,
    classed.row_count as classed_count,
    costed.row_count as costed_count
from handed_over
left join classed on handed_over.step = classed.step
left join costed on handed_over.step = costed.step
where
    coalesce(classed.row_count, 0) != handed_over.row_count
    or coalesce(costed.row_count, 0) != handed_over.row_count
    or classed.classes_count != classed.row_count
    or classed.odd_count > 0
