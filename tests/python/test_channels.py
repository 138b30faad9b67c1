"""First channels of the built demo compared with the truth: right where it landed, else unknown."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import pytest

from tests.python.conftest import Built, query
from tests.python.test_truth import DEALS, PEOPLE

JOURNEYS = """
    select
        truth.channel as true_channel,
        truth.campaign as true_campaign,
        truth.is_channel_known,
        found.first_channel,
        found.first_campaign
    from journeys as truth
    left join people using (human_id)
    left join fact_opportunities as own on truth.deal_id = own.deal_id and own.is_own
    inner join intermediate.int_journeys_described as found
        on
            (people.person_key = found.person_key and truth.number = found.journey_number)
            or own.journey_key = found.journey_key
"""


class Journey(NamedTuple):
    """The channel and campaign of a journey, by the truth and by the project."""

    channel: str | None
    campaign: str | None
    is_known: bool
    first_channel: str
    first_campaign: str


@pytest.fixture(scope="module")
def journeys(built: Built) -> Iterator[list[Journey]]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for name in ("records", "deals", "journeys"):
            file = built.truth / f"{name}.parquet"
            connection.execute(f"create temp view {name} as from '{file}'")
        connection.execute(f"create temp table people as {PEOPLE}")
        connection.execute(f"create temp table fact_opportunities as {DEALS}")
        found = [Journey(*row) for row in connection.execute(JOURNEYS).fetchall()]
        assert len(found) == query_count(connection)
        yield found


def query_count(connection: duckdb.DuckDBPyConnection) -> int:
    """How many journeys the truth has: each must be found once."""
    row = connection.execute("select count(*) from journeys").fetchone()
    assert row is not None
    return int(row[0])


def test_a_channel_that_landed_is_the_true_one(journeys: list[Journey]) -> None:
    known = [each for each in journeys if each.is_known]
    wrong = Counter(
        (each.channel, each.first_channel) for each in known if each.channel != each.first_channel
    )
    assert len(known) > 1_000
    assert wrong.total() <= 0.03 * len(known), wrong
    assert {each.channel for each in known} == {each.channel for each in journeys if each.channel}


def test_a_channel_that_did_not_land_is_unknown(journeys: list[Journey]) -> None:
    hidden = [each for each in journeys if not each.is_known]
    assert 0 < len(hidden) <= 0.15 * len(journeys)
    assert {each.first_channel for each in hidden} == {"unknown"}


def test_a_campaign_is_the_true_one_or_unknown(journeys: list[Journey]) -> None:
    """A name that few people bear is withheld: one of the demo's, of people who were called."""
    named = [each for each in journeys if each.first_campaign not in ("unknown", "withheld")]
    withheld = [each.campaign for each in journeys if each.first_campaign == "withheld"]
    assert len(withheld) < 5 * len(set(withheld))
    assert [each for each in named if each.campaign != each.first_campaign] == []
    assert len({each.first_campaign for each in named}) > 8


def test_our_own_mail_is_nobodys_origin(built: Built) -> None:
    """HubSpot names it as the source of some people whom we had known before."""
    [[claimed]] = query(
        built.database,
        "select count(*) from hubspot.contact"
        " where property_hs_analytics_source_data_2 like 'Digest%'",
    )
    campaigns = query(
        built.database, "select distinct first_campaign from intermediate.int_journeys_described"
    )
    assert claimed > 10
    assert ("digest",) not in campaigns


TRUE_RESULTS = """
    select case when is_channel_known then channel else 'unknown' end as channel,
        count(*) filter (stage = 'lead' and qualified_at is not null),
        count(*) filter (stage = 'mql' and qualified_at is not null),
        count(*) filter (stage = 'sql' and qualified_at is not null),
        count(*) filter (stage = 'customer' and not is_inferred)
    from '{0}/stage_entries.parquet'
    inner join '{0}/journeys.parquet' using (journey_id)
    group by all
    order by all
"""
RESULTS = """
    select channel, sum(lead_count), sum(mql_count), sum(sql_count), sum(customer_count)
    from marts.kpi_campaigns
    group by all
    having sum(lead_count + mql_count + sql_count + customer_count) > 0
    order by all
"""


def test_each_channel_has_its_true_leads_mqls_sqls_and_customers(built: Built) -> None:
    expected = duckdb.sql(TRUE_RESULTS.format(built.truth)).fetchall()
    assert len(expected) > 8
    assert query(built.database, RESULTS) == expected


def test_each_campaign_has_the_spend_that_its_platform_shows(built: Built) -> None:
    spend = query(
        built.database,
        "select campaign, sum(spend_amount)::float, sum(click_count), sum(impression_count)"
        " from marts.kpi_campaigns where channel = 'paid_search' and has_spend"
        " group by all order by all",
    )
    landed = query(
        built.database,
        "with names as (select id, arg_max(name, updated_at) as name"
        " from google_ads.campaign_history group by id)"
        " select name, sum(cost_micros) / 1e6, sum(clicks), sum(impressions)"
        " from google_ads.campaign_stats inner join names using (id) group by all order by all",
    )
    assert [row[0] for row in spend] == ["search_brand", "search_competitors", "search_crm"]
    for found, expected in zip(spend, landed, strict=True):
        assert found == (expected[0], pytest.approx(expected[1], abs=0.5), *expected[2:])
