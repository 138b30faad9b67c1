-- The score at each touch: lately, and in the first days of the version, which are the reference.
with

touches as (

    select
        occurred_at,
        lpad(cast(least(score // 10 * 10, 100) as text), 3, '0') as value,
        min(occurred_at) over () as began_at
    from intermediate.int_touches_scored
    where evaluation = 'in_force' and definition_version = $version and occurred_at <= $cutoff

)

select
    case when occurred_at >= $since then 'score' else 'reference' end as subject,
    cast(null as text) as owner_team,
    value,
    1 as row_count
from touches
where occurred_at >= $since or occurred_at < began_at + interval 180 day
-- A spread over ten classes takes more to tell than a share.
qualify count(*) over (partition by subject) >= 10 * $fewest
order by subject, value
