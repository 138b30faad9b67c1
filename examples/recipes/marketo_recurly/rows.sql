-- Marketo: 64 leads, of which 4 were merged into others; 60 forms, 30 clicks in e-mails; lead 5 moved
-- from France to Germany. Recurly: 12 accounts, half of them with a lead's address. Six pay 100 dollars
-- a month and six 2,400 a year; one of them has a trial for a month, one buys two more seats, one
-- cancels, and one pauses.
create schema recurly;

create table marketo.lead as
select
    1000 + number as id,
    case
        when number > 60 then 'old' || number || '@mail.example'
        else 'lead' || number || '@firm-' || number || '.com'
    end as email,
    'Firm ' || number as company,
    'https://www.firm-' || number || '.com' as website,
    '+33 1 ' || number as phone,
    null::varchar as mobile_phone,
    'Manager' as title,
    10 * number as number_of_employees,
    number as lead_score,
    case when number = 5 then 'Germany' else 'France' end as country,
    'Webinar' as lead_source,
    timestamp '2026-01-05 09:00:00' + interval 1 day * number as created_at,
    number > 60 as _fivetran_deleted,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from range(1, 65) as numbers (number);

create table marketo.lead_describe as
select id, restname, display_name
from (
    values (7, 'country', 'Country'), (8, 'leadStatus', 'Lead Status')
) as fields (id, restname, display_name);

create table marketo.activity_change_data_value as
select
    id,
    lead_id,
    field_id as primary_attribute_value_id,
    old_value,
    new_value,
    activity_date,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from (
    values
    ('c1', 1005, 7, 'France', 'Germany', timestamp '2026-03-01 10:00:00'),
    ('c2', 1005, 8, 'New', 'Working', timestamp '2026-03-02 10:00:00')
) as changes (id, lead_id, field_id, old_value, new_value, activity_date);

create table marketo.activity_merge_leads as
select
    id,
    lead_id,
    merge_ids,
    timestamp '2026-06-01 08:00:00' as activity_date,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from (
    values ('m1', 1001, '[1061]'), ('m2', 1002, '[1062, 1063]'), ('m3', 1004, '[1064]')
) as merges (id, lead_id, merge_ids);

create table marketo.activity_fill_out_form as
select
    'f' || number as id,
    1000 + number as lead_id,
    case when number % 2 = 0 then 11 end as campaign_id,
    case when number % 3 = 0 then 'utm_medium=cpc&utm_source=google' end as query_parameters,
    timestamp '2026-01-05 10:00:00' + interval 1 day * number as activity_date,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from range(1, 61) as numbers (number);

create table marketo.activity_click_email as
select
    'k' || number as id,
    1000 + number as lead_id,
    11 as campaign_id,
    timestamp '2026-02-05 10:00:00' + interval 1 day * number as activity_date,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from range(1, 31) as numbers (number);

create table marketo.campaign as select 11 as id, 21 as program_id;

create table marketo.program as select 21 as id, 'Spring launch' as name;

create table recurly.account_history as
select
    'a' || number as id,
    timestamp '2026-01-10 09:00:00' + interval 1 month * version as updated_at,
    case
        when number <= 6 then 'lead' || number || '@firm-' || number || '.com'
        else 'billing@firm-' || number || '.com'
    end as email,
    'Firm ' || number as company,
    null::varchar as first_name,
    null::varchar as last_name,
    'FR' as account_country,
    timestamp '2026-01-10 09:00:00' as created_at,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from range(1, 13) as numbers (number)
cross join range(0, 2) as versions (version);

create table recurly.plan_history as
select id, name, unit as interval_unit, length as interval_length, timestamp '2025-01-01' as updated_at
from (
    values ('p1', 'Team', 'months', 1), ('p2', 'Company', 'months', 12)
) as plans (id, name, unit, length);

create table recurly.subscription_history as
with subscriptions as (

    select
        's' || number as id,
        'a' || number as account_id,
        case when number <= 6 then 'p1' else 'p2' end as plan_id,
        'active' as state,
        case when number <= 6 then 100 else 2400 end as unit_amount,
        1 as quantity,
        null::double as add_ons_total,
        'USD' as currency,
        null::varchar as expiration_reason,
        timestamp '2026-01-10 09:00:00' as activated_at,
        case when number = 4 then timestamp '2026-02-10 09:00:00' end as trial_ends_at,
        null::timestamp as expires_at,
        timestamp '2026-01-10 09:00:00' as created_at,
        timestamp '2026-01-10 09:00:00' as updated_at,
        timestamp '2026-06-30 02:00:00' as _fivetran_synced
    from range(1, 13) as numbers (number)

)

select * from subscriptions
union all
select * replace (3 as quantity, timestamp '2026-04-05 09:00:00' as updated_at)
from subscriptions where id = 's1'
union all
select * replace (
    'canceled' as state,
    timestamp '2026-03-10 09:00:00' as expires_at,
    timestamp '2026-03-01 09:00:00' as updated_at
)
from subscriptions where id = 's2'
union all
select * replace (
    'expired' as state,
    'canceled' as expiration_reason,
    timestamp '2026-03-10 09:00:00' as expires_at,
    timestamp '2026-03-10 09:00:00' as updated_at
)
from subscriptions where id = 's2'
union all
select * replace ('paused' as state, timestamp '2026-05-15 09:00:00' as updated_at)
from subscriptions where id = 's3';

-- Each account pays once; the payment of a5 fails at first, and that of a6 is returned.
create table recurly.transaction as
select
    id,
    account_id,
    original_transaction_id,
    type,
    status,
    amount,
    'USD' as currency,
    created_at,
    created_at as collected_at,
    null::timestamp as voided_at,
    timestamp '2026-06-30 02:00:00' as _fivetran_synced
from (
    select
        't' || number,
        'a' || number,
        null,
        'purchase',
        'success',
        case when number <= 6 then 100 else 2400 end,
        timestamp '2026-02-10 09:00:00'
    from range(1, 13) as numbers (number)
    union all
    values
    ('t13', 'a5', null, 'purchase', 'declined', 100, timestamp '2026-02-09 09:00:00'),
    ('t14', 'a6', 't6', 'refund', 'success', 100, timestamp '2026-02-20 09:00:00'),
    ('t15', 'a7', null, 'verify', 'success', 0, timestamp '2026-02-01 09:00:00')
) as transactions (id, account_id, original_transaction_id, type, status, amount, created_at);
