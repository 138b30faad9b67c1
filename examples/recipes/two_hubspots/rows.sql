-- Two portals after a merger. Ids 1 to 60 are in both and are different records; 10 people (number
-- 51 to 60) are in both by e-mail. The second portal
-- has no seniority and no currency (its amounts are in euros), and its connector stopped on 1 June
-- 2026.
create schema hubspot_eu;

create table hubspot.contact as
select
    number as id,
    case when number > 50 then 'both' else 'us' end || number || '@firm-' || number % 20 || '.com'
        as property_email,
    'manager' as property_seniority,
    number % 20 as property_associatedcompanyid,
    timestamp '2026-01-05 09:00:00' + interval 2 day * number as property_createdate
from range(1, 61) as numbers (number);

create table hubspot_eu.contact as
select
    number as id,
    case
        when number > 50 then 'both' || number || '@firm-' || number % 20 || '.com'
        else 'eu' || number || '@firma-' || number % 20 || '.example'
    end as property_email,
    number % 20 as property_associatedcompanyid,
    timestamp '2026-01-06 09:00:00' + interval 2 day * number as property_createdate
from range(1, 61) as numbers (number);

create table hubspot.company as
select
    number as id,
    'Firm ' || number as property_name,
    'firm-' || number || '.com' as property_domain,
    timestamp '2026-01-01 09:00:00' as property_createdate
from range(0, 20) as numbers (number);

create table hubspot_eu.company as
select
    number as id,
    'Firma ' || number as property_name,
    'firma-' || number || '.example' as property_domain,
    timestamp '2026-01-01 09:00:00' as property_createdate
from range(0, 20) as numbers (number);

-- One form a day.
create table hubspot.contact_form_submission as
select
    1 + number % 60 as contact_id,
    'demo' as form_id,
    timestamp '2026-03-01 11:00:00' + interval 1 day * number as timestamp
from range(0, 122) as numbers (number);

create table hubspot_eu.contact_form_submission as
select
    1 + number % 60 as contact_id,
    'demo' as form_id,
    timestamp '2026-03-01 12:00:00' + interval 1 day * number as timestamp
from range(0, 92) as numbers (number);

create table hubspot.deal as
select
    number as deal_id,
    case when number <= 6 then 'closedwon' else 'closedlost' end as deal_pipeline_stage_id,
    1000 as property_amount,
    'USD' as property_deal_currency_code,
    timestamp '2026-05-01 09:00:00' + interval 1 day * number as property_createdate,
    property_createdate + interval 10 day as property_closedate
from range(1, 11) as numbers (number);

create table hubspot_eu.deal as
select * exclude (property_deal_currency_code) from hubspot.deal where deal_id <= 8;

create table hubspot.deal_contact as
select deal_id, deal_id as contact_id from hubspot.deal;

create table hubspot_eu.deal_contact as
select deal_id, deal_id as contact_id from hubspot_eu.deal;

create table hubspot.deal_company as
select deal_id, deal_id as company_id from hubspot.deal;

create table hubspot_eu.deal_company as
select deal_id, deal_id as company_id from hubspot_eu.deal;

create table hubspot.deal_pipeline_stage as
select stage_id, 'default' as pipeline_id, label, is_closed
from (
    values ('closedwon', 'Closed won', true), ('closedlost', 'Closed lost', true)
) as stages (stage_id, label, is_closed);

create table hubspot_eu.deal_pipeline_stage as
select * from hubspot.deal_pipeline_stage
