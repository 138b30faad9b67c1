-- 120 people who were entered as leads, ten a month, from three channels; every fifth has no
-- e-mail address. There is nothing else.
create table crm.people as
select
    'p' || number as record_id,
    case when number % 5 <> 0 then 'person' || number || '@example-' || number % 40 || '.com' end
        as email,
    ['Organic search', 'Trade show', 'Referral'][1 + number % 3] as lead_source,
    ['Engineer', 'Teacher', 'Nurse', 'Driver'][1 + number % 4] as job_title,
    timestamp '2025-07-01 10:00:00' + interval 3 day * number as created_at
from range(1, 121) as numbers (number)
