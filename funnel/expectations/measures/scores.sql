-- The score at each recent touch, and at those of the first 180 days of the version (the reference).
with

touches as (

    select
        occurred_at,
        lpad(cast(least(score // 10 * 10, 100) as text), 3, '0') as value,
        min(occurred_at) over () as began_at
    from intermediate.int_evaluation_touches_scored
    where evaluation = 'in_force' and definition_version = $version and occurred_at <= $cutoff

)

select
    case when occurred_at >= $since then 'score' else 'reference' end as subject,
    cast(null as text) as owner_team,
    value,
    1 as row_count
from touches
where occurred_at >= $since or occurred_at < began_at + interval 180 day
-- A distribution over ten classes needs more rows than a share.
qualify count(*) over (partition by subject) >= 10 * $fewest
order by subject, value
