-- 90 opportunities of 30 companies in three products: one third each won, lost and open. There are
-- no people, leads or dates of touches.
create table crm.opportunities as
select
    'o' || number as opportunity_id,
    'c' || number % 30 as company_record_id,
    ['Starter', 'Team', 'Enterprise'][1 + number % 3] as pipeline,
    cast([900, 4800, 60000][1 + number % 3] as decimal(18, 2)) as amount,
    'EUR' as currency,
    number > 60 as is_open,
    not is_open as is_closed,
    number <= 30 as is_won,
    case when number between 31 and 60 then 'Too expensive' end as lost_reason,
    timestamp '2025-01-06 09:00:00' + interval 5 day * number as created_at,
    case when is_closed then created_at + interval 40 day end as closed_at
from range(1, 91) as numbers (number)
