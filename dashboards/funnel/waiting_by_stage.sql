-- Where do journeys wait, how many for too long, and which point of conversion is worth most?
-- Chart: a table, or bars of trapped_amount.
select
    stage,
    owner_team,
    open_count,
    past_limit_count,
    time_limit_days,
    trapped_amount,
    one_point_gain_amount,
    gain_rank
from marts.bottlenecks
where is_total
order by gain_rank
