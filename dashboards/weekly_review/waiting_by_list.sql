-- How many leads, opportunities and renewals wait for somebody, and what may they bring? Chart: a table.
select
    list_name,
    owner_team,
    count(*) as waiting_count,
    sum(expected_amount) as expected_amount,
    max(waited_days) as longest_wait_days
from marts.worklists
where not is_aged_out
group by list_name, owner_team
order by expected_amount desc nulls last, list_name, owner_team
