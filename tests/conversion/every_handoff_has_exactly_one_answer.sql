with

handoff_entries as (

    select
        steps.step,
        count(*) as entry_count
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('int_stage_pairs_listed') }} as steps on lifecycle.stage = steps.stage
    where steps.is_handoff and lifecycle.stage_entry_number = 1 and not lifecycle.is_inferred
    group by steps.step

),

handoff_counts as (

    select
        step,
        count(*) as handoff_count,
        count(*) filter (where answer in ('accepted', 'rejected', 'recycled', 'never_worked'))
            as answered_count,
        count(*) filter (where answer = 'never_worked' and is_worked) as contradicting_count,
        count(*) filter (where handoff_result is null) as without_result_count
    from {{ ref('handoffs') }}
    group by step

)

select
    handoff_entries.step,
    handoff_entries.entry_count,
    handoff_counts.handoff_count,
    handoff_counts.answered_count,
    handoff_counts.contradicting_count,
    handoff_counts.without_result_count
from handoff_entries
left join handoff_counts on handoff_entries.step = handoff_counts.step
where
    coalesce(handoff_counts.handoff_count, 0) != handoff_entries.entry_count
    or handoff_counts.answered_count != handoff_counts.handoff_count
    or handoff_counts.contradicting_count > 0
    or handoff_counts.without_result_count > 0
