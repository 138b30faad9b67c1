-- The share of recent leads whose first channel is not mapped.
select
    'first channel' as subject,
    stages.owner_team,
    case
        when count(*) >= $fewest
            then count(*) filter (first_channel = 'unmapped') / count(*)
    end as value,
    count(*) as row_count
from seeds.lifecycle_stages as stages
left join marts.fct_lifecycle as lifecycle
    on
        stages.stage = lifecycle.stage
        and lifecycle.stage_entry_number = 1
        and lifecycle.entered_at between $since and $cutoff
where stages.planning_node = 'lead'
group by stages.owner_team
