-- 100 contacts of 20 companies, 20 deals. The companies' tier is A, B or C in HubSpot, and where that
-- is empty, D in Salesforce, which says Z of the As. Company 4 has been an A only since 1 June 2026.
create schema salesforce;

create table hubspot.contact as
select
    number as id,
    'person' || number || '@firm-' || number % 20 || '.com' as property_email,
    number % 20 as property_associatedcompanyid,
    case when number % 5 = 0 then 'false' else 'true' end as property_has_budget,
    timestamp '2026-01-05 09:00:00' + interval 1 day * number as property_createdate
from range(1, 101) as numbers (number);

create table hubspot.company as
select
    number as id,
    'Firm ' || number as property_name,
    'firm-' || number || '.com' as property_domain,
    case number % 4 when 0 then 'A' when 1 then 'B' when 2 then 'C' end as property_industry_tier,
    timestamp '2026-01-01 09:00:00' as property_createdate
from range(0, 20) as numbers (number);

create table hubspot.company_property_history as
select company_id, 'industry_tier' as name, value, moment as timestamp
from (
    values
    (4, 'C', timestamp '2026-01-01 09:00:00'),
    (4, 'A', timestamp '2026-06-01 09:00:00')
) as changes (company_id, value, moment);

create table salesforce.account as
select
    '001000000000' || lpad(number::varchar, 3, '0') as id,
    'Firm ' || number as name,
    'https://www.firm-' || number || '.com' as website,
    case number % 4 when 0 then 'Z' when 3 then 'D' end as tier_c,
    (10 * number)::double as seats_c,
    timestamp '2026-01-01 09:00:00' as created_date
from range(0, 20) as numbers (number);

create table hubspot.contact_form_submission as
select
    id as contact_id,
    'demo' as form_id,
    property_createdate + interval 1 hour as timestamp
from hubspot.contact;

create table hubspot.deal as
select
    number as deal_id,
    case when number % 2 = 0 then 'closedwon' else 'closedlost' end as deal_pipeline_stage_id,
    1000 as property_amount,
    'USD' as property_deal_currency_code,
    case when number <= 10 then 'Basic' when number <= 18 then 'Pro' else 'Pilot' end
        as property_product,
    timestamp '2026-05-01 09:00:00' + interval 1 day * number as property_createdate,
    property_createdate + interval 10 day as property_closedate
from range(1, 21) as numbers (number);

create table hubspot.deal_contact as
select deal_id, deal_id as contact_id from hubspot.deal;

create table hubspot.deal_company as
select deal_id, deal_id % 20 as company_id from hubspot.deal;

create table hubspot.deal_pipeline_stage as
select stage_id, 'default' as pipeline_id, label, is_closed
from (
    values ('closedwon', 'Closed won', true), ('closedlost', 'Closed lost', true)
) as stages (stage_id, label, is_closed);
