"""What surprises those who read connectors' tables is in the demo company, so that tests see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnel.demo.generate import generate
from funnel.demo.late_deals import IMPORTED_AT
from tests.python.demo_company import END, rows

PEOPLE = 4000
DEALS_AT_ONCE = """
    with deals as (
        select deals.*, journeys.human_id
        from @truth.deals as deals inner join @truth.journeys as journeys using (journey_id)
        where deals.type = 'new_business' and journeys.human_id is not null
    )
    from deals as one
    inner join deals as other
        on one.account_id = other.account_id and one.deal_id <> other.deal_id
    where one.created_at < coalesce(other.closed_at, 'infinity')
        and other.created_at < coalesce(one.closed_at, 'infinity')
"""
"""Pairs of new business at one account that are open at the same time."""
TRAPS = {
    "a lead status is written again": """
        from @hubspot.contact_property_history
        where name = 'hs_lead_status'
        qualify value = lag(value) over (partition by contact_id order by timestamp)
    """,
    "a lifecycle stage is written again": """
        from @hubspot.contact_property_history
        where name = 'lifecyclestage'
        qualify value = lag(value) over (partition by contact_id order by timestamp)
    """,
    "a deal stage is written again": """
        from @hubspot.deal_stage
        qualify value = lag(value) over (partition by deal_id order by date_entered)
    """,
    "a lost deal is lost again": """
        from @hubspot.deal_property_history
        where name = 'dealstage' and value = 'closedlost'
        qualify value = lag(value) over (partition by deal_id order by timestamp)
    """,
    "a form is sent twice within a second": """
        from @hubspot.contact_form_submission
        qualify timestamp - interval 1 second
            = lag(timestamp) over (partition by contact_id, form_id order by timestamp)
    """,
    "two amounts are recorded at one moment": """
        select deal_id, timestamp from @hubspot.deal_property_history
        where name = 'amount' group by all having count(distinct value) > 1
    """,
    "two stages are recorded in one second": """
        select opportunity_id, created_date from @salesforce.opportunity_field_history
        where field = 'StageName' group by all having count(distinct new_value) > 1
    """,
    "two versions of an account differ in the flag only": """
        select id, updated_at from @google_ads.account_history
        group by all having count(distinct currency_code) = 2 and sum(_fivetran_active::int) = 1
    """,
    "a Salesforce deal closes on the day of its creation, before its time": """
        from @salesforce.opportunity
        where is_closed and close_date::date = created_date::date and close_date < created_date
    """,
    "a deal is imported with the close date of the year before": f"""
        from @salesforce.opportunity
        where created_date >= make_timestamp({IMPORTED_AT * 10**6}) and close_date < '2025-02-15'
    """,
    "a closed Salesforce deal has no history of stages": """
        select id from @salesforce.opportunity where is_closed and currency_iso_code <> 'XXX'
        except select opportunity_id from @salesforce.opportunity_field_history
        where field = 'StageName'
    """,
    "a contact has a second address, under which somebody pays": """
        from @hubspot.contact as contacts
        semi join @stripe.customer as customers
            on contacts.property_hs_additional_emails = customers.email
    """,
    "mails go to the second address": """
        from @hubspot.contact as contacts
        semi join @hubspot.email_event as events
            on contacts.property_hs_additional_emails = events.recipient
    """,
    "Stripe names a HubSpot company that was merged away": """
        from @stripe.customer as customers
        semi join @hubspot.company as companies
            on metadata ->> 'hubspot_company_id' = companies.property_hs_merged_object_ids
    """,
    "a merged HubSpot company has no row any more": """
        select property_hs_merged_object_ids from @hubspot.company
        where property_hs_merged_object_ids is not null
        except select id::varchar from @hubspot.company
    """,
    "Stripe names a Salesforce account that was merged away": """
        from @stripe.customer as customers
        semi join (from @salesforce.account where master_record_id is not null) as accounts
            on left(metadata ->> 'salesforce_account_id', 15) = left(accounts.id, 15)
    """,
    "Stripe names a Salesforce account by 15 characters": """
        from @stripe.customer where length(metadata ->> 'salesforce_account_id') = 15
    """,
    "Zendesk names an account that was merged away by 15 characters": """
        from @zendesk.organization as organizations
        semi join @salesforce.account as accounts
            on left(accounts.id, 15) = organizations.external_id
            and accounts.master_record_id is not null
    """,
    "Zendesk names a Salesforce account by 15 characters": """
        from @zendesk.organization where length(external_id) = 15
    """,
    "only the converted lead has the person of a deal": """
        select converted_opportunity_id from @salesforce.lead where is_converted
        except select opportunity_id from @salesforce.opportunity_contact_role where is_primary
    """,
    "a coupon takes something off for good": """
        from @stripe.subscription_discount where coupon_id = 'LOYAL20' and "end" is null
    """,
    "a coupon takes something off for three months": """
        from @stripe.subscription_discount where coupon_id = 'WELCOME50' and "end" is not null
    """,
    "a dispute is lost": "from @stripe.dispute where status = 'lost'",
    "a dispute is won": "from @stripe.dispute where status = 'won'",
    "an amount is reserved, and released by a refund": """
        from @stripe.charge as charges
        semi join @stripe.refund as refunds on refunds.charge_id = charges.id
        where not captured and paid and status = 'succeeded'
    """,
    "Salesforce's own object has the stages that the field history has": """
        select opportunity_id, stage_name, created_date from @salesforce.opportunity_history
        intersect
        select opportunity_id, new_value, created_date from @salesforce.opportunity_field_history
    """,
    "a deal was linked to another person at first": """
        from @hubspot.deal_contact where _fivetran_deleted and type_id = 3
    """,
    "people write one country in several ways": """
        select true from @hubspot.contact having count(distinct property_country) > 20
    """,
    "nobody answered a call in HubSpot": """
        from @hubspot.engagement_call
        where property_hs_call_disposition = '73a0d17f-1163-4015-bdd5-ec830791da20'
    """,
    "nobody answered a call in Salesforce": """
        from @salesforce.task where call_disposition = 'No Answer' and status = 'Completed'
    """,
    "HubSpot has an opportunity of Salesforce, too": """
        from @hubspot.deal as deals
        semi join @salesforce.opportunity as opportunities
            on deals.property_hs_salesforceopportunityid = opportunities.id
    """,
    "HubSpot and Salesforce have different amounts for one opportunity": """
        from @hubspot.deal as deals
        inner join @salesforce.opportunity as opportunities
            on deals.property_hs_salesforceopportunityid = opportunities.id
        where deals.property_amount != opportunities.amount
    """,
    "a deal names an opportunity that Salesforce does not have": """
        from @hubspot.deal as deals
        anti join @salesforce.opportunity as opportunities
            on deals.property_hs_salesforceopportunityid = opportunities.id
        where property_hs_salesforceopportunityid is not null
    """,
    "one person has two open deals": f"""
        {DEALS_AT_ONCE} and one.human_id = other.human_id
        and one.outcome = 'open' and other.outcome = 'open'
    """,
    "one person's deal is lost while another one is open that is won": f"""
        {DEALS_AT_ONCE} and one.human_id = other.human_id
        and one.outcome = 'won' and other.outcome = 'lost' and other.closed_at < one.closed_at
    """,
    "two persons at one account have deals at once, one won and one lost": f"""
        {DEALS_AT_ONCE} and one.human_id <> other.human_id
        and one.outcome = 'won' and other.outcome = 'lost'
    """,
    "a customer has been one since before the CRM: only renewals are there": """
        select account_id from @truth.deals where account_id is not null and not is_deleted
        group by account_id having count(*) > 1 and bool_and(type <> 'new_business')
    """,
    "a customer from before the CRM leaves": """
        from @truth.exits as exits
        semi join @truth.deals as deals
            on exits.journey_id = deals.journey_id and deals.type = 'renewal'
        anti join @truth.deals as deals
            on exits.journey_id = deals.journey_id and deals.type = 'new_business'
        where exits.stage = 'churned'
    """,
    "seats of one edition cost twenty times those of another": """
        select true from @stripe.price where currency = 'usd' and recurring_interval = 'year'
        having max(unit_amount) >= 20 * min(unit_amount)
    """,
    "a subscription moves to the prices of a new list": """
        select subscription_id from @stripe.invoice_line_item
        group by subscription_id having count(distinct price_id) = 2
    """,
    "a negotiated amount is round": """
        from @salesforce.opportunity as opportunities
        where amount % 100 = 0 and amount % 24 <> 0 and amount > 10000
            and currency_iso_code = 'USD'
    """,
    "a deal was linked to another company at first": """
        from @hubspot.deal_company where _fivetran_deleted and type_id = 5
    """,
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company large enough for every trap."""
    folder = tmp_path_factory.mktemp("traps") / "demo"
    generate(PEOPLE, 11, END, folder, workers=1)
    return folder


@pytest.mark.parametrize("trap", TRAPS)
def test_the_demo_company_lands_a_trap(company: Path, trap: str) -> None:
    assert rows(company, TRAPS[trap])


VERSIONS = {
    "@stripe.subscription_history": "id",
    "@hubspot.deal_stage": "deal_id",
}


@pytest.mark.parametrize("table", VERSIONS)
def test_a_version_ends_a_millisecond_before_the_next_begins(company: Path, table: str) -> None:
    gaps = f"""
        select distinct lead(_fivetran_start) over by_time - _fivetran_end, _fivetran_active
        from {table} window by_time as (partition by {VERSIONS[table]} order by _fivetran_start)
        order by all
    """
    millisecond = "interval 1 millisecond"
    assert rows(company, gaps) == rows(
        company, f"values ({millisecond}, false), (null::interval, true)"
    )


def test_a_version_that_holds_ends_with_the_calendar(company: Path) -> None:
    ends = "select distinct _fivetran_end::varchar from @stripe.subscription_history"
    assert rows(company, f"{ends} where _fivetran_active") == [("9999-12-31 23:59:59.999",)]


RENAMED = {
    "hubspot.deal_pipeline_stage": ("is_closed", "closed_won"),
    "hubspot.engagement_meeting": ("property_hs_meeting_outcome", "meeting_outcome"),
}


@pytest.mark.parametrize("table", RENAMED)
def test_a_renamed_column_has_landed_under_its_new_name(company: Path, table: str) -> None:
    columns = {name for name, *_ in rows(company, f"describe select * from @{table}")}
    new, old = RENAMED[table]
    assert new in columns
    assert old not in columns


def test_ids_of_a_table_have_landed_as_fractions(company: Path) -> None:
    types = rows(company, "select distinct typeof(company_id) from @hubspot.deal_company")
    assert types == [("DOUBLE",)]


def test_an_id_of_salesforce_tells_which_letters_are_large(company: Path) -> None:
    """Its last three characters: spreadsheets that ignore capitals need them."""
    ids = {str(each) for (each,) in rows(company, "select id from @salesforce.lead")} - {"None"}
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for each in ids:
        parts = (each[start : start + 5] for start in (0, 5, 10))
        large = (sum(2**n for n, sign in enumerate(part) if sign.isupper()) for part in parts)
        assert each[15:] == "".join(alphabet[number] for number in large)
    assert len(ids) > 100
