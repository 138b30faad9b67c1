"""What lands of the demo company, and when: true to its tables, and blind to the future."""

from __future__ import annotations

import re

import pytest

from funnel.demo.schema import columns, tables
from tests.python.conftest import PUBLIC_DATA
from tests.python.demo_company import MIDDLE, Make, rows

SHARED = PUBLIC_DATA.parent

EVENT_TIME = {
    "hubspot.contact_form_submission": "timestamp",
    "hubspot.contact_property_history": "timestamp",
    "hubspot.contact_merge_audit": "timestamp",
    "hubspot.company_property_history": "timestamp",
    "hubspot.deal_property_history": "timestamp",
    "hubspot.email_event": "created",
    "salesforce.lead_history": "created_date",
    "salesforce.opportunity_contact_role": "created_date",
    "salesforce.opportunity_field_history": "created_date",
    "stripe.invoice_line_item": "period_start",
    "stripe.refund": "created",
    "zendesk.ticket_field_history": "updated",
    "google_ads.campaign_stats": "date",
    "linkedin_ads.ad_analytics_by_campaign": "day",
    "facebook_ads.basic_ad": "date",
}
"""Tables whose rows never change; campaign members are missing since Salesforce drops rows."""

MUTABLE_KEY = {
    "hubspot.contact": ("id", "property_createdate"),
    "hubspot.deal": ("deal_id", "property_createdate"),
    "salesforce.lead": ("id", "created_date"),
    "salesforce.opportunity": ("id", "created_date"),
    "salesforce.task": ("id", "created_date"),
    "salesforce.event": ("id", "created_date"),
    "stripe.subscription": ("id", "created"),
    "zendesk.ticket": ("id", "created_at"),
}

EXTRA_COLUMNS = {
    "hubspot.contact": {"property_phone", "property_country", "property_seniority"},
    "hubspot.company": {"property_domain", "property_numberofemployees"},
    "hubspot.engagement_call": {"property_hs_call_disposition"},
    "hubspot.engagement_meeting": {
        "property_hs_meeting_title",
        "property_hs_meeting_outcome",
        "property_hs_meeting_start_time",
        "property_hs_meeting_end_time",
    },
    "salesforce.opportunity": {"currency_iso_code", "loss_reason_c"},
    "salesforce.task": {"call_disposition"},
    "salesforce.contact": {"created_date"},
    "salesforce.account": {"created_date"},
    "salesforce.lead": {"unqualified_reason_c"},
    "stripe.subscription": {"cancellation_details_reason", "cancellation_details_feedback"},
    "stripe.subscription_history": {
        "_fivetran_start",
        "_fivetran_end",
        "cancellation_details_reason",
        "cancellation_details_feedback",
    },
}
"""Columns that no package file names: properties a company passes through, standard fields."""

UNNAMED_COLUMNS = (
    "salesforce.lead_history",
    "salesforce.lead_status",
    "salesforce.opportunity_history",
    "salesforce.opportunity_stage",
    "stripe.plan",
)
HUBSPOT_PASSED_THROUGH = {
    "property_lifecyclestage",
    "property_hs_lead_status",
    "property_hubspotscore",
    "property_hs_analytics_source",
    "property_hs_analytics_source_data_1",
    "property_hs_analytics_source_data_2",
    "property_hs_analytics_first_url",
    "property_hubspot_owner_id",
    "property_associatedcompanyid",
    "property_dealtype",
    "property_hs_manual_forecast_category",
    "property_deal_currency_code",
    "property_closed_lost_reason",
    "property_disqualification_reason",
    "property_hs_additional_emails",
    "property_hs_merged_object_ids",
    "property_hs_salesforceopportunityid",
}


@pytest.mark.parametrize("table", EVENT_TIME)
def test_events_land_when_their_time_has_come(make: Make, table: str) -> None:
    at = EVENT_TIME[table]
    usual = f"\"{at}\" between timestamp '2023-01-01' and timestamp '2027-01-01'"
    then = rows(make(until=MIDDLE), f"from @{table} where {usual} order by all")
    full = rows(
        make(), f"from @{table} where \"{at}\" < timestamp '{MIDDLE}' and {usual} order by all"
    )
    assert then == full


@pytest.mark.parametrize("table", MUTABLE_KEY)
def test_records_land_when_they_are_created(make: Make, table: str) -> None:
    key, created = MUTABLE_KEY[table]
    select = f"select {key}, {created} from @{table}"
    then = rows(make(until=MIDDLE), f"{select} order by all")
    full = rows(make(), f"{select} where {created} < timestamp '{MIDDLE}' order by all")
    assert then == full


STATE_AND_HISTORY = {
    "opportunity": (
        "select distinct deals.id, stage_name from @salesforce.opportunity as deals"
        " semi join @salesforce.opportunity_field_history as history"
        " on deals.id = opportunity_id and field = 'StageName'"
        " where currency_iso_code <> 'XXX'",
        "select opportunity_id, arg_max(new_value, row(created_date, id))"
        " from @salesforce.opportunity_field_history",
        "field = 'StageName'",
        "created_date",
    ),
    "lead": (
        "select distinct id, status from @salesforce.lead where status not like 'Open%'",
        "select lead_id, arg_max(new_value, created_date) from @salesforce.lead_history",
        "field = 'Status' and new_value <> 'Foo'",
        "created_date",
    ),
    "contact": (
        "select distinct id, property_lifecyclestage from @hubspot.contact where id < 900000000",
        "select contact_id, arg_max(value, timestamp) from @hubspot.contact_property_history",
        "name = 'lifecyclestage' and value <> 'mqls_v2'",
        "timestamp",
    ),
    "company": (
        "select id, property_numberofemployees::varchar from @hubspot.company"
        " where property_numberofemployees is not null",
        "select company_id, arg_max(value, timestamp) from @hubspot.company_property_history",
        "name = 'numberofemployees'",
        "timestamp",
    ),
    "deal": (
        "select distinct deal_id, deal_pipeline_stage_id from @hubspot.deal"
        " where property_deal_currency_code <> 'XXX'",
        "select deal_id, arg_max(value, timestamp) from @hubspot.deal_property_history",
        "name = 'dealstage'",
        "timestamp",
    ),
    "subscription": (
        "select id, status || quantity from @stripe.subscription",
        "select id, arg_max(status || quantity, _fivetran_start) from @stripe.subscription_history",
        "true",
        "_fivetran_start",
    ),
    "ticket": (
        "select id, status from @zendesk.ticket where id is not null",
        "select ticket_id, arg_max(value, updated) from @zendesk.ticket_field_history",
        "field_name = 'status'",
        "updated",
    ),
}


@pytest.mark.parametrize("record", STATE_AND_HISTORY)
def test_a_record_shows_the_state_of_the_moment(make: Make, record: str) -> None:
    state, history, condition, at = STATE_AND_HISTORY[record]
    before = f"where {condition} and {at} < timestamp '{MIDDLE}' group by 1"
    now = {row for row in rows(make(until=MIDDLE), state) if row[0] is not None}
    known = set(rows(make(), f"{history} {before}"))
    if record == "lead":
        known = {row for row in known if not str(row[1]).startswith("Open")}
    assert now == known


@pytest.mark.parametrize("table", [name for name in tables() if "at" in columns(name).values()])
def test_nothing_that_is_yet_to_come_is_known(make: Make, table: str) -> None:
    for column in (name for name, kind in columns(table).items() if kind == "at"):
        late = f"select 1 from @{table} where {column} >= timestamp '{MIDDLE}'"
        assert not rows(make(until=MIDDLE), late)


def named_by_the_packages(table: str) -> set[str]:
    """Columns that the connectors' own files name for a table."""
    system, name = table.split(".")
    text = (SHARED / "CONNECTORS.md").read_text()
    section = re.search(rf"^### {table}\b.*?(?=^##)", text, re.M | re.S)
    loose = re.search(rf"^- \*\*{name}\*\*: `(.*?)`", text, re.M)
    found = set(re.findall(r"`(\w+)`", section.group())) if section else set()
    found |= set(re.findall(r"\w+", loose.group(1))) if loose else set()
    for path in (SHARED / "data" / "connectors" / system).glob(f"*{name}_data.csv"):
        if re.fullmatch(rf"(sf_|facebook_ads_|linkedin_)?{name}_data", path.stem):
            found |= set(path.read_text().splitlines()[0].strip().split(","))
    return found


@pytest.mark.public_data("../CONNECTORS.md")
def test_columns_are_those_of_the_connectors() -> None:
    landed = {table for table in tables() if not table.startswith("truth.")}
    landed -= set(UNNAMED_COLUMNS)
    unknown = {table: set(columns(table)) - _known_columns(table) for table in landed}
    assert len(landed) > 60
    assert {table: names for table, names in unknown.items() if names} == {}


def _known_columns(table: str) -> set[str]:
    known = named_by_the_packages(table) | EXTRA_COLUMNS.get(table, set())
    passed_through = HUBSPOT_PASSED_THROUGH if table.startswith("hubspot.") else set()
    return known | passed_through | {"_fivetran_synced", "_fivetran_deleted"}


UNUSABLE = {
    "null keys": "from @hubspot.contact where id is null",
    "far future": "from @hubspot.contact_form_submission where timestamp > timestamp '2090-01-01'",
    "long ago": "from @hubspot.contact_form_submission where timestamp < timestamp '1971-01-01'",
    "orphan call": "from @salesforce.task where who_id = '00Q999999999999EAA'",
    "strange money": "from @hubspot.deal where property_deal_currency_code = 'XXX'",
    "strange label": "from @hubspot.contact_property_history where value = 'mqls_v2'",
    "strange status": "from @salesforce.lead_history where new_value = 'Foo'",
    "orphan deal contact": "from @hubspot.deal_contact where contact_id = 999999999",
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_every_kind_of_unusable_row_is_there(make: Make, kind: str) -> None:
    assert rows(make(), UNUSABLE[kind])
