-- 60 consumers who opened an account and ordered on the same day; 20 of them ordered once more,
-- and 5 of these a third time: 85 orders. An order
-- is an opportunity that is won at once. There are no companies: the person is the customer.
create table shop.people as
select
    'p' || number as record_id,
    'shopper' || number || '@gmail.com' as email,
    timestamp '2025-09-01 12:00:00' + interval 4 day * number as created_at
from range(1, 61) as numbers (number);

create table shop.touches as
select
    't' || number as touch_id,
    'p' || number as record_id,
    'form_submitted' as kind,
    'paid_search' as channel_label,
    timestamp '2025-09-01 12:00:00' + interval 4 day * number as occurred_at
from range(1, 61) as numbers (number);

create table shop.opportunities as
select
    'o' || number || '-' || position as opportunity_id,
    'p' || number as primary_record_id,
    case when position = 1 then 'new' else 'expansion' end as opportunity_type,
    cast(20 + number as decimal(18, 2)) as amount,
    'USD' as currency,
    true as is_closed,
    true as is_won,
    timestamp '2025-09-01 13:00:00'
    + interval 4 day * number
    + interval 15 day * (position - 1) as created_at,
    created_at as closed_at
from range(1, 61) as numbers (number)
cross join range(1, 4) as positions (position)
where position = 1 or (position = 2 and number <= 20) or (position = 3 and number <= 5)
