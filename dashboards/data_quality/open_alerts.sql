-- What no longer means what it meant, who looks into it, and what is at stake? Chart: a table.
select
    severity,
    owner_team,
    system,
    summary,
    next_step,
    affected_count,
    value_at_stake_amount,
    first_seen_date,
    last_seen_date
from marts.alerts
where status = 'open'
order by severity, first_seen_date, summary
