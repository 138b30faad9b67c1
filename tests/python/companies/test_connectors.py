"""The whole project on tables as real connectors landed them, read as text throughout."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import PUBLIC_DATA, build, messages, query
from tests.python.staged import Staged, asked_systems, count_staged, miscounted

DATA = PUBLIC_DATA / "connectors"
PREFIXES = ("sf_", "linkedin_", "facebook_ads_")

pytestmark = pytest.mark.public_data("connectors")

NOT_LANDED = {"salesforce": {"stage_claims", "opportunity_people"}}
"""Entities whose only table (lead_history, opportunity_contact_role) is not among the samples."""

EXPECTED_REASONS = {
    ("hubspot", "contact_property_history", "not_needed"): 100,
    ("hubspot", "deal_property_history", "not_needed"): 100,
    ("hubspot", "email_event", "not_needed"): 100,
    ("hubspot", "engagement_contact", "unknown_reference"): 1,
    ("hubspot", "engagement_meeting", "unknown_reference"): 100,
    ("salesforce", "account", "superseded"): 3,
    ("salesforce", "opportunity", "superseded"): 2,
    ("salesforce", "task", "not_needed"): 10,
    ("salesforce", "user", "superseded"): 2,
    ("stripe", "charge", "not_needed"): 16,
    # Options of two properties that are not among the sample's.
    ("hubspot", "property_option", "unknown_reference"): 20,
    ("stripe", "refund", "unknown_reference"): 4,
    ("stripe", "subscription_history", "not_needed"): 2,
    ("zendesk", "ticket_field_history", "not_needed"): 38,
    ("zendesk", "user", "not_needed"): 1,
}
"""Hashed names of properties match none that is asked for, and few rows of one table have their
partner in another: the call and the meetings no detail or contact, the refunds no charge. Every
charge had failed, both subscriptions ended with their trial. No value is unreadable."""


def table_name(file: Path) -> str:
    """The table that a sample file is."""
    name = file.stem.removesuffix("_data")
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def land(database: Path) -> None:
    """Every sample as a table of text columns."""
    with duckdb.connect(str(database)) as connection:
        for file in sorted(DATA.glob("*/*.csv")):
            connection.execute(f"create schema if not exists {file.parent.name}")
            read = f"read_csv('{file}', all_varchar = true, header = true)"
            table = f'{file.parent.name}."{table_name(file)}"'
            connection.execute(f"create table {table} as select * from {read}")


def systems() -> dict[str, list[str]]:
    """What the project asks of each system, without what the samples do not have."""
    asked = asked_systems()
    return {s: [e for e in asked[s] if e not in NOT_LANDED.get(s, set())] for s in asked}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the samples and the whole project built on them, every law included."""
    path = tmp_path_factory.mktemp("connectors") / "build.duckdb"
    land(path)
    result = build(path, {"systems": systems()}, path.parent / "target")
    assert result.success, messages(result)
    return path


@pytest.fixture(scope="module")
def staged(database: Path) -> Staged:
    """How many rows were staged, by system, table and reason."""
    return count_staged(database, systems())


def test_every_row_of_a_table_is_staged_exactly_once(database: Path, staged: Staged) -> None:
    assert miscounted(database, systems(), staged) == {}


def test_rows_are_set_aside_or_rejected_only_for_known_reasons(
    staged: Staged,
) -> None:
    assert {key: n for key, n in staged.items() if key[2]} == EXPECTED_REASONS


VALUES: dict[str, list[tuple[Any, ...]]] = {
    # A time with an hour of one digit.
    "select created_at from stg_hubspot__companies where company_record_id = '2182162682'": [
        (datetime(2019, 7, 5, 20, 35, 26),)
    ],
    "select loaded_at from stg_hubspot__companies where company_record_id = '2182162682'": [
        (datetime(2020, 12, 30, 3, 15, 52),)
    ],
    # Milliseconds since 1970, in a list of merged contacts.
    """select record_id, linked_at from stg_hubspot__person_links
       where other_record_id = '76340251'""": [
        ("78971951", datetime(2022, 8, 28, 17, 21, 31, 575000))
    ],
    # Fractions of a second.
    "select max(loaded_at) from stg_hubspot__touches where source_table = 'engagement_contact'": [
        (datetime(2023, 6, 8, 23, 22, 49, 869000),)
    ],
    # Deletions and versions written as true, TRUE and nothing.
    "select count(deleted_at) from stg_stripe__companies": [(1,)],
    "select count(deleted_at) from stg_hubspot__people": [(0,)],
    """select amount, closed_at from stg_salesforce__opportunities
       where opportunity_id = '006q000000HddohAAB'""": [
        (Decimal("24120000"), datetime(2018, 12, 19))
    ],
    "select record_id, other_record_id from stg_salesforce__person_links": [
        ("00Q1G00000nDnM5UAK", "0031G00001QtDPlQAN")
    ],
    # Minor units, and prices of a month, a year, a quarter and once.
    """select amount, currency from stg_stripe__payments
       where payment_id = 're_0IMJuLig6peNXzgDSLN6dNzl'""": [(Decimal("6750"), "USD")],
    """select price_id, unit_amount, currency, yearly_periods, interval_count
       from base_stripe__prices where price_id like 'price%' order by 1""": [
        ("price_1", Decimal("1000"), "USD", None, 1),
        ("price_2", Decimal("29.99"), "USD", 12, 1),
        ("price_3", Decimal("299.9"), "USD", 1, 1),
        ("price_4", Decimal("80"), "EUR", 12, 3),
    ],
    "select monthly_amount from stg_stripe__subscriptions where subscription_id = 'sdgfs4536'": [
        (Decimal("6000"),)
    ],
    "select kind, occurred_at from stg_zendesk__service_events where event_id = '16988'": [
        ("ticket_opened", datetime(2020, 12, 22, 0, 19, 23))
    ],
    # Millionths of a unit.
    """select amount, currency, clicks from stg_google_ads__ad_spend
       where spend_date = date '2021-02-01'""": [(Decimal("36.15"), "USD", 49)],
    """select amount, currency, impressions from stg_linkedin_ads__ad_spend
       where spend_date = date '2020-03-28'""": [(Decimal("50.2"), "USD", 125)],
    """select campaign, amount, currency, spend_date from stg_facebook_ads__ad_spend
       where source_key = '6215293456071|2020-12-10'""": [
        ("6215293444271", Decimal("76.53"), None, date(2020, 12, 10))
    ],
}


@pytest.mark.parametrize("sql", VALUES)
def test_a_value_read_by_hand_from_the_file_is_the_value_staged(database: Path, sql: str) -> None:
    assert (
        query(database, f"with rows as ({sql.replace('from ', 'from staging.')}) from rows")
        == VALUES[sql]
    )
