with

intervals as (

    select
        *,
        lead(starts_at) over (partition by opportunity_key order by starts_at) as next_starts_at
    from {{ ref('int_pipeline_intervals_dated') }}

)

select
    intervals.opportunity_key,
    intervals.starts_at
from intervals
inner join {{ ref('dim_opportunities') }} as opportunities
    on intervals.opportunity_key = opportunities.opportunity_key
where
    intervals.next_starts_at < intervals.ends_at
    or intervals.ends_at <= intervals.starts_at
    or intervals.ends_at > opportunities.closed_at
