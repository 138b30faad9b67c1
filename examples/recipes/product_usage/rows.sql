-- 60 users of a product in Segment: each signs up, and uses it on as many of the next days as the last
-- digit of the number says, with two events a day that are use and one that is not.
create table segment.users as
select
    'u' || number as id,
    'user' || number || '@firm-' || number % 12 || '.com' as email,
    null::timestamp as created_at,
    timestamp '2026-01-05 09:00:00' + interval 1 day * number as received_at
from range(1, 61) as numbers (number);

create table segment.tracks as
with signups as (

    select
        number,
        timestamp '2026-01-05 09:00:00' + interval 1 day * number as signed_up_at
    from range(1, 61) as numbers (number)

),

events as (

    select number, 'signed_up' as event, signed_up_at as moment from signups
    union all
    select
        number,
        case hour when 10 then 'report_viewed' when 11 then 'project_created' else 'page_seen' end,
        signed_up_at + interval 1 day * day + interval 1 hour * (hour - 9)
    from signups
    cross join range(1, 10) as days (day)
    cross join range(10, 13) as hours (hour)
    where day <= number % 10

)

select
    number || '|' || event || '|' || moment as id,
    'u' || number as user_id,
    'device' || number as anonymous_id,
    event,
    case when event = 'signed_up' and number % 2 = 0 then 'cpc' end as context_campaign_medium,
    case when event = 'signed_up' and number % 2 = 0 then 'google' end as context_campaign_source,
    case when event = 'signed_up' and number % 2 = 0 then 'Launch' end as context_campaign_name,
    moment as timestamp,
    moment + interval 5 minute as received_at
from events;
