"""The report: its numbers equal the marts, it opens alone, and it leaves nobody out."""

import base64
import csv
import gzip
import io
import itertools
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pytest

from funnel.report import (
    channels,
    cohorts,
    handoffs,
    losses,
    meeting,
    renewals,
    review,
    words,
    worklists,
)
from funnel.report.blocks import as_csv
from funnel.report.command import show_report, write_report
from funnel.report.company import Company
from funnel.report.read import PERIODS, Rows, queries, read, read_all
from tests.python.browser import PHONE, browser, opened
from tests.python.conftest import UNTIL, Built, query
from tests.python.reasons import CODES

LARGEST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    """With plain spaces: the page keeps the parts of a date together."""
    return page.read_text().replace("\u00a0", " ")


@pytest.fixture(scope="module")
def empty_page(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a company of which nothing is known: each mart is there, without a row."""
    folder = tmp_path_factory.mktemp("empty")
    database = folder / "revenue_funnel.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{built.database}' as full_company (read_only)")
        for schema in ("marts", "seeds"):
            connection.execute(f"create schema {schema}")
        for schema, table, rows in _tables(connection):
            connection.execute(
                f'create table {schema}."{table}" as from full_company.{schema}."{table}" {rows}'
            )
    assert write_report(database, folder / "report.html")
    return folder / "report.html"


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = 'full_company' and schema_name in ('marts', 'seeds')"
    ).fetchall()
    return [(schema, table, "" if schema == "seeds" else "limit 0") for schema, table in found]


class Cards(HTMLParser):
    """What the page says, by the id of the card."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: dict[str, list[str]] = {}
        self.links: dict[str, str] = {}
        self.headings: list[int] = []
        self.explained: set[str] = set()
        self._card = ""
        self._is_rest = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "article":
            self._card = found["id"] or ""
            self.said[self._card] = []
        if found.get("class") == "empty":
            self.explained.add(self._card)
        self._is_rest = found.get("class") == "rest"
        if tag == "a" and "download" in found:
            self.links[self._card] = found["href"] or ""
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._card = ""

    def handle_data(self, data: str) -> None:
        if not self._card or not data.strip():
            return
        said = self.said[self._card]
        if self._is_rest:
            # A long title goes on in the line below it.
            said[-1] += f"; {' '.join(data.split())}"
        else:
            said.append(" ".join(data.split()))


def _file(cards: Cards, card: str) -> list[dict[str, str]]:
    """The rows that the page offers as a file."""
    return list(csv.DictReader(io.StringIO(_unpacked(cards.links[card]))))


def _unpacked(link: str) -> str:
    """The text of a file that is a link."""
    packed = base64.b64decode(link.split(",", 1)[1])
    return gzip.decompress(packed).decode().removeprefix("\ufeff")


def test_each_query_of_the_report_reads_columns_that_exist(built: Built) -> None:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for name, found in read_all(connection).items():
            assert found.tables, f"{name} reads no published table or seed"
            assert found.columns, f"{name} reads a table that has not been built: {found.tables}"


def test_the_report_reads_published_tables_only() -> None:
    for name, sql in queries().items():
        read_from = re.findall(r"\b(?:from|join) (\w+)\.\w+", sql)
        assert set(read_from) <= {"marts", "seeds"}, name
        assert "quarantine" not in re.findall(r"marts\.(\w+)", sql), name


def test_the_funnel_counts_the_qualified_of_the_fact(built: Built, text: str) -> None:
    rows = {row["stage"]: row for row in _file(Cards(text), "funnel")}
    first, last = rows["mql"]["first_month"], rows["mql"]["last_month"]
    counted = query(
        built.database,
        "select stage, count(*) from marts.fct_lifecycle where stage_entry_number = 1"
        f" and is_qualified and qualified_at >= date '{first}'"
        f" and qualified_at < date '{last}' + interval 1 month"
        " and stage in ('lead', 'mql', 'sql') group by stage",
    )
    assert {stage: int(rows[stage]["qualified_count"]) for stage, _ in counted} == dict(counted)


def test_the_review_shows_the_leads_and_bookings_of_the_last_month(built: Built, text: str) -> None:
    """Counted from the fact and the opportunities, not from the reviews."""
    shown = {
        (row["metric"], row["period_start"]): row["actual"]
        for row in _file(Cards(text), "review")
        if row["period_kind"] == "month" and row["funnel"] == "all"
    }
    ((leads, won),) = query(
        built.database,
        "select (select count(*) from marts.fct_lifecycle where stage = 'lead' and is_qualified"
        " and stage_entry_number = 1 and date_trunc('month', qualified_at) = date '2026-06-01'),"
        " (select sum(won_amount) from marts.dim_opportunities"
        " where date_trunc('month', closed_at) = date '2026-06-01')",
    )
    assert int(float(shown["leads", "2026-06-01"])) == leads
    assert float(shown["bookings", "2026-06-01"]) == pytest.approx(float(won), abs=0.01)
    title = next(iter(Cards(text).said["trend-leads"]))
    assert title.startswith(f"Leads: {leads:,} in June")


def test_trailing_retention_is_that_of_the_customers_of_twelve_months_ago(
    built: Built, text: str
) -> None:
    """From the balances of each account at both ends."""
    balances = query(
        built.database,
        "select account_key, movement_month, opening_amount, closing_amount"
        " from marts.fct_mrr_movements"
        " where movement_month in (date '2025-07-01', date '2026-06-01')",
    )
    then = {key: opening for key, month, opening, _ in balances if month.year == 2025 and opening}
    now = {key: closing for key, month, _, closing in balances if month.year == 2026}
    kept = sum(now.get(key, 0) for key in then)
    shown = re.search(r"Retention \(NRR\)</h3>\s*<p class=\"value\">([\d.]+)", text)
    assert shown
    assert float(shown[1]) == round(float(kept / sum(then.values())) * 100, 1)


def test_every_card_names_its_table_and_offers_its_rows(text: str) -> None:
    cards = Cards(text)
    for card, said in cards.said.items():
        assert any(re.search(r"(marts|seeds)\.\w+", words) for words in said), card
        if card in cards.links:
            assert _file(cards, card), card
    assert len(cards.links) > 30


def test_no_person_is_in_the_page(built: Built, text: str) -> None:
    """No mail address, no name and no domain of the people and owners that the systems have."""
    assert not re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", text)
    names = query(
        built.database,
        "select distinct name from (select first_name || ' ' || last_name as name from"
        " hubspot.owner union all select name from salesforce.user union all"
        " select property_firstname || ' ' || property_lastname from hubspot.contact)"
        " where length(name) > 4",
    )
    assert names
    assert not [name for (name,) in names if name in text]


def test_a_cell_that_a_spreadsheet_would_calculate_is_text() -> None:
    typed = ("=1+1", "@x", "+1x", " =2", "-3", -3, "Sales", None)
    rows = Rows("some", ("marts.some",), ("a",), tuple((value,) for value in typed))
    read_back = [row[0] for row in csv.reader(io.StringIO(as_csv(rows)))][1:]
    assert read_back == ["'=1+1", "'@x", "'+1x", "' =2", "-3", "-3", "Sales", ""]


def test_the_page_is_small_and_in_order(text: str) -> None:
    assert len(text.encode()) < LARGEST_BYTES
    headings = Cards(text).headings
    assert headings[0] == 1
    assert all(then - now <= 1 for now, then in itertools.pairwise(headings))


def test_a_caveat_stands_beside_the_number_that_it_is_about(built: Built, text: str) -> None:
    silent = query(
        built.database,
        "select summary from marts.alerts where kind = 'missing_data' and status = 'open'"
        " and subject = 'ad_spend'",
    )
    assert silent, "the demo company has a silent ad platform"
    said = Cards(text).said
    for card in ("trend-spend", "campaigns", "review", "sources"):
        assert silent[0][0] in said[card], card
    assert silent[0][0] not in said["trend-leads"]
    # The platform fell silent after the months whose journeys had the time to buy.
    assert silent[0][0] not in said["channels"]


def _title(text: str, card: str) -> str:
    return Cards(text).said[card][0]


def test_the_renewals_due_are_those_of_the_worklist(built: Built, text: str) -> None:
    ((contracts, unprepared, amount, without),) = query(
        built.database,
        "select count(*), count(*) - count(opportunity_key), sum(amount),"
        " coalesce(sum(amount) filter (opportunity_key is null), 0) from marts.worklists"
        " where list_name = 'renewals_ahead' and finding = 'renewal_due'",
    )
    ((customers,),) = query(
        built.database,
        "select count(distinct account_key) from marts.fct_mrr_movements where closing_amount > 0"
        " and movement_month = (select max(movement_month) from marts.fct_mrr_movements)",
    )
    rows = _file(Cards(text), "renewals")
    assert contracts
    title = f"{contracts} contracts worth {words.amount(amount)} end within 90 days and are not"
    title += f" renewed yet; {unprepared}"
    title += f" ({words.amount(without)}) have no renewal opportunity"
    assert _title(text, "renewals").startswith(title)
    assert f"{customers} customers are active" in " ".join(Cards(text).said["renewals"])
    # The nearest ones have an opportunity, the later ones not yet.
    each = query(
        built.database,
        "select due_at, opportunity_key, amount from marts.worklists"
        " where list_name = 'renewals_ahead' and not is_aged_out",
    )
    wanted = Counter(f"{due:%Y-%m-01}" for due, key, _ in each if key is None)
    shown = Counter[str]()
    for row in rows:
        shown[row["due_month"]] += int(row["unprepared_count"])
    assert +shown == wanted
    listed = sum(float(row["amount"]) for row in rows)
    assert listed == pytest.approx(float(sum(amount for *_, amount in each)))


def test_each_opportunity_that_was_lost_in_a_year_counts_once_with_its_true_reason(
    built: Built, text: str
) -> None:
    """Also one beside which another opportunity of the same person went on."""
    last = UNTIL - timedelta(days=365)
    lost = query(
        built.database,
        f"select lost_reason, count(*) from '{built.truth}/deals.parquet'"
        f" where outcome = 'lost' and not is_deleted and closed_at >= '{last}' group by 1",
    )
    counts = Counter({CODES[reason]: count for reason, count in lost})
    # An account that had bought by another opportunity has lost no new business.
    new = dict(
        query(
            built.database,
            "select lost_reason, count(*) from marts.dim_opportunities where outcome = 'lost'"
            f" and revenue_type = 'new' and closed_at >= '{last}' group by 1",
        )
    )
    exits = query(
        built.database,
        "select exit_reason from marts.journey_exits"
        f" where exit_type = 'rejected' and is_last and exited_at >= '{last}'",
    )
    rejected = Counter(reason for (reason,) in exits)
    rows, shown = _file(Cards(text), "losses"), Counter[str]()
    assert {row["reason"] for row in rows} == {
        code for code in CODES.values() if counts[code] + rejected[code] >= 5
    }
    assert counts.total() > 30
    assert rejected.total() > 30
    for row in rows:
        shown[row["reason"]] += int(row["opportunity_count"])
        is_new = row["kind"] == "new"
        assert int(row["rejected_lead_count"]) == (rejected[row["reason"]] if is_new else 0)
        if is_new:
            assert int(row["opportunity_count"]) == new.get(row["reason"], 0)
    assert +shown == +counts
    assert sum(new.values()) < counts.total(), "the demo lost renewals, too"
    most = max(new.values())
    assert _title(text, "losses") in {
        f"First reason why new business was lost: {words.plain(reason)}"
        f" ({most} of {sum(new.values())} opportunities)"
        for reason, count in new.items()
        if count == most
    }


def test_the_amounts_of_lost_opportunities_are_what_the_crm_says(built: Built, text: str) -> None:
    """Not the average win of a lead that was rejected."""
    lost = query(
        built.database,
        "select lost_reason, sum(amount) from marts.dim_opportunities"
        f" where outcome = 'lost' and closed_at >= '{UNTIL - timedelta(days=365)}' group by 1",
    )
    shown = Counter[str]()
    for row in _file(Cards(text), "losses"):
        shown[row["reason"]] += float(row["amount"] or 0)  # type: ignore[assignment]
    for reason, amount in lost:
        assert shown[reason] == pytest.approx(float(amount))


def test_a_worklist_offers_the_records_that_the_marts_rank_first(built: Built, text: str) -> None:
    rows = [row for row in _file(Cards(text), "worklists") if row["list_name"] == "open_leads"]
    wanted = query(
        built.database,
        "select record_id, user_id, record_url from marts.worklists left join marts.dim_owners"
        " using (owner_key) where list_name = 'open_leads' and not is_aged_out"
        " order by rank_number limit 10",
    )
    shown = [(row["record_id"], row["owner_user_id"], row["record_url"]) for row in rows[:10]]
    assert shown == [tuple(value or "" for value in row) for row in wanted]
    for *_, url in wanted:
        assert f'href="{url}" target="_blank" rel="noopener noreferrer"' in text
    # Ten are shown at first, and ten of each market when the page is filtered.
    markets = Counter(row["funnel"] for row in rows)
    assert max(markets.values()) >= 10
    assert len(rows) < 100


def _with(rows: dict[str, Rows], name: str, **changed: Any) -> None:
    """The rows of a query, with other values in some columns."""
    records = [{**row, **changed} for row in rows[name].records]
    rows[name] = replace(rows[name], values=tuple(tuple(row.values()) for row in records))


@pytest.fixture(scope="module")
def shown_rows(built: Built) -> dict[str, Rows]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return read_all(connection)


DAY = date(2026, 7, 1)
VARIABLES = {"worklist_renewal_days": 90, "minimum_group_size": 5}


def _company(rows: dict[str, Rows]) -> Company:
    return Company(rows, DAY, "USD", VARIABLES)


def _renewals(company: Company) -> list[dict[str, str]]:
    """The list of the renewals, by the heading of its columns."""
    (panel,) = [
        panel for panel in worklists.block(company).panels if panel.keys == ("renewals_ahead",)
    ]
    names = [heading.lstrip(".") for heading in panel.grid.headings]
    return [
        dict(zip(names, [f"{cell.text}|{cell.note}" for cell in row], strict=True))
        for row in panel.grid.rows
    ]


def test_the_renewals_show_what_is_missing_and_the_team_of_their_owner(
    built: Built, shown_rows: dict[str, Rows]
) -> None:
    # Those at risk, the largest of them first: never onboarded, expected after the contract ends,
    # or for less than is paid now.
    is_safe = (
        "(worklists.journey_key not in (select journey_key from marts.handoffs"
        " where step = 'customer_to_onboarded' and handoff_result = 'never_worked')"
        " and coalesce(expected_close_date <= cast(due_at as date), true)"
        " and coalesce(opportunities.amount >= 0.98 * worklists.amount, true))"
    )
    wanted = query(
        built.database,
        "select account_name, opportunity_key is null, opportunities.amount, waited_days, user_id,"
        " team from marts.worklists as worklists left join marts.dim_owners using (owner_key)"
        " left join marts.dim_opportunities as opportunities using (opportunity_key)"
        " where list_name = 'renewals_ahead' and not is_aged_out"
        f" order by {is_safe}, case when {is_safe} then 0 else -worklists.amount end,"
        " cast(due_at as date), rank_number limit 10",
    )
    shown = _renewals(_company(shown_rows))[:10]
    assert {is_missing for _, is_missing, *_ in wanted} == {True, False}
    for row, (account, is_missing, amount, days, owner, team) in zip(shown, wanted, strict=True):
        assert row["Account"] == f"{account}|"
        said = "no opportunity" if is_missing else f"opportunity of {words.amount(amount)}"
        assert row["Why"].replace(", never onboarded", "").startswith(f"Renewal due, {said}")
        assert row["Days since last contract"] == f"{days}|"
        assert row["Owner"] == f"{owner}|{team}"
    assert "Waits, days" not in shown[0]


def test_a_renewal_of_another_year_has_its_year_and_one_without_owner_the_team_of_the_list(
    shown_rows: dict[str, Rows],
) -> None:
    days = [row["Due"].strip("|") for row in _renewals(_company(shown_rows))]
    assert days
    assert all(re.fullmatch(r"\d+ (Jul|Aug|Sept)", day) for day in days)
    rows = dict(shown_rows)
    due = date(2027, 1, 5)
    _with(rows, "worklists", due_date=due, owner_own_team=None, owner_user_id="none")
    for row in _renewals(_company(rows)):
        assert row["Due"] == "5 January 2027|"
        assert row["Owner"] == "no owner|Account services"


def test_the_title_of_the_worklists_says_how_much_is_renewals(built: Built, text: str) -> None:
    ((items, worth, renewed),) = query(
        built.database,
        "select count(*), sum(expected_amount),"
        " sum(expected_amount) filter (list_name = 'renewals_ahead')"
        " from marts.worklists where not is_aged_out",
    )
    assert _title(text, "worklists") == (
        f"{items} records to work on today; {words.amount(worth)} expected,"
        f" {words.amount(renewed)} of it renewals"
    )


def test_renewals_that_cannot_reach_the_target_of_the_quarter_say_so(
    built: Built, shown_rows: dict[str, Rows]
) -> None:
    """The target from the agreed shares; the quarter begins with the cutoff."""
    ((target,),) = query(
        built.database,
        "select sum(target_amount * renewal_share) from seeds.targets"
        " where target_month between date '2026-07-01' and date '2026-09-01'",
    )
    missed = (
        "; at today's prices all that end by 28 September are less than the renewal target"
        f" of {words.amount(target)} (July 2026 to September 2026)"
    )
    card = renewals.renewals(_company(shown_rows))
    assert missed in card.title
    assert "this card by when their contracts end" in card.text
    # With enough renewed already, or enough that ends, the target can be reached.
    for name, column in (("renewal_targets", "won_amount"), ("renewals", "amount")):
        rows = dict(shown_rows)
        _with(rows, name, **{column: 1_000_000})
        assert "at today's prices" not in renewals.renewals(_company(rows)).title, name
    rows = dict(shown_rows)
    _with(rows, "renewal_targets", won_amount=1000)
    title = renewals.renewals(_company(rows)).title
    assert "and with the 3k renewed already are less than" in title
    # A list that ends long before the quarter does cannot say it.
    short = Company(shown_rows, DAY, "USD", {"worklist_renewal_days": 60})
    assert "at today's prices" not in renewals.renewals(short).title


def _channel_cells(company: Company) -> dict[str, dict[str, str]]:
    grid = channels.channels(company).grid
    assert grid
    names = [heading.lstrip(".") for heading in grid.headings]
    return {
        row[0].text: {
            name: " ".join(filter(None, (cell.text, cell.note)))
            for name, cell in zip(names, row, strict=True)
        }
        for row in grid.rows
    }


WORTH = ("LTV", "LTV to ad cost", "Payback of ads, months")


def test_what_a_customer_is_worth_is_not_shown_of_a_handful(shown_rows: dict[str, Rows]) -> None:
    company = _company(shown_rows)
    cells = _channel_cells(company)
    few = [
        row
        for row in company["channel_economics"].where(slice_name="channel")
        if row["customer_count"] < 5 and row["ltv_amount"]
    ]
    assert [row for row in few if row["paid_cac_amount"]], "the demo has such a channel"
    title = channels.channels(company).title
    for row in few:
        name = company.channel(row["channel"])
        assert cells[name]["LTV"] == f"{words.NOTHING} too few"
        assert name not in title
        if row["paid_cac_amount"]:
            assert {cells[name][column] for column in WORTH} == {f"{words.NOTHING} too few"}
    assert re.fullmatch(
        r"Over all history a customer from Paid search has cost [\d.]+k of ads \(\d+ customers\)",
        title,
    )
    assert cells["Paid search"]["LTV"][-1] == "k"


def test_ads_are_compared_with_the_customers_of_the_channels_that_have_ads(
    built: Built, shown_rows: dict[str, Rows]
) -> None:
    cells = _channel_cells(_company(shown_rows))
    everyone = cells["All channels"]
    for column in ("Ad cost per customer", "LTV to ad cost", "Payback of ads, months"):
        assert everyone[column] == words.NOTHING
    ((spend, bought, worth),) = query(
        built.database,
        "select sum(spend_amount), sum(customer_count), sum(ltv_amount * customer_count)"
        " from marts.kpi_unit_economics_by_slice where slice_name = 'channel' and spend_amount > 0",
    )
    paid = cells["Channels with ads"]
    assert int(paid["Customers"]) == bought < int(everyone["Customers"])
    assert paid["Ad spend"] == everyone["Ad spend"] == words.amount(spend)
    assert paid["Ad cost per customer"] == words.amount(spend / bought)
    assert paid["LTV to ad cost"] == words.times(worth / spend)
    each = [
        float(cells[name]["Payback of ads, months"])
        for name in ("Paid search", "Channels with ads")
    ]
    assert each[0] < each[1]
    # Too few in all: no worth is shown.
    company = Company(shown_rows, DAY, "USD", {**VARIABLES, "minimum_group_size": 1000})
    assert {_channel_cells(company)["Channels with ads"][column] for column in WORTH} == {
        f"{words.NOTHING} too few"
    }


def test_only_addresses_of_the_web_are_links(built: Built) -> None:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        rows = read_all(connection)
    _with(rows, "worklists", record_url="javascript:alert(1)")
    block = worklists.block(Company(rows, None, "USD"))
    cells = [cell for panel in block.panels for row in panel.grid.rows for cell in row]
    assert cells
    assert not [cell for cell in cells if cell.link]


def test_the_customers_who_left_are_those_of_the_fact(built: Built, text: str) -> None:
    rows = [row for row in _file(Cards(text), "exits") if row["exit_type"] == "churned"]
    [(churned,)] = query(
        built.database,
        "select count(*) from marts.fct_lifecycle where stage = 'churned'"
        " and entered_at >= date '2025-07-01'",
    )
    assert sum(int(row["exit_count"]) for row in rows) == churned > 0
    assert f" of {churned})" in _title(text, "exits")


def test_markets_side_by_side_have_the_leads_and_customers_of_the_facts(
    built: Built, text: str
) -> None:
    counted = query(
        built.database,
        "select funnel_name, (select count(*) from marts.fct_lifecycle where stage = 'lead'"
        " and is_qualified and stage_entry_number = 1 and funnel = funnels.funnel"
        " and qualified_at >= date '2025-07-01'), (select count(*) from marts.fct_journeys"
        " where has_win and win_at >= date '2025-07-01' and funnel = funnels.funnel)"
        " from seeds.funnels",
    )
    said = Cards(text).said["slices"]
    for name, leads, won in counted:
        place = said.index(name)
        assert said[place + 1] == str(leads), name
        assert said[place + 3] == str(won), name


def test_what_waits_past_its_limit_is_counted_apart_from_what_has_aged_out(
    built: Built, text: str
) -> None:
    days = query(
        built.database,
        "select waited_days, stage, list_name from marts.worklists"
        " where finding = 'past_time_limit'",
    )
    # A customer never ages out; an open opportunity does, also one of a customer.
    won = {"customer", "onboarded", "retained", "expanded", "contracted", "returned"}
    late = sum(
        day <= 180 or (stage in won and name != "trapped_opportunities")
        for day, stage, name in days
    )
    assert _title(text, "waiting") == (
        f"{late} wait past the time limit of their stage;"
        f" {len(days) - late} more have waited for more than 180 days"
    )


def test_months_are_counted_back_from_the_end_of_the_data(built: Built) -> None:
    """Not from the last handoff or win, which may be long ago."""
    named = queries()
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for name in ("handoffs", "handoff_speed", "speed_to_lead", "attribution", "bypasses"):
            connection.execute("set variable as_of_date = date '2027-07-01'")
            assert not connection.execute(named[name]).fetchall(), name
            connection.execute("set variable as_of_date = date '2026-07-01'")
            assert connection.execute(named[name]).fetchall(), name


def test_the_models_of_attribution_share_out_the_same_revenue(built: Built, text: str) -> None:
    """New business by itself: a renewal has the first touch of the sale before it."""
    cards = Cards(text)
    rows = _file(cards, "attribution")
    for kind, among in (("new", "= 'new'"), ("later", "!= 'new'")):
        ((won,),) = query(
            built.database,
            "select sum(won_amount) from marts.dim_opportunities where outcome = 'won'"
            f" and revenue_type {among}"
            " and closed_at >= date '2025-07-01' and closed_at < date '2026-07-01'",
        )
        for column in ("first_amount", "linear_amount", "last_amount"):
            shown = sum(float(row[column]) for row in rows if row["kind"] == kind)
            assert shown == pytest.approx(float(won), abs=0.05)
    credits = {
        model: dict(
            query(
                built.database,
                "select channel, sum(credited_amount) from marts.kpi_attribution_by_model"
                f" where attribution_model = '{model}' and revenue_type = 'new'"
                " and closed_at >= date '2025-07-01' group by 1",
            )
        )
        for model in ("first_touch", "last_touch")
    }
    names = dict(query(built.database, "select channel, channel_name from seeds.channels"))
    for model in credits:
        # Also where it is nobody known: who reads the title must not take the rest for all.
        first = max(credits[model], key=lambda channel: float(credits[model][channel]))
        amount = words.amount(credits[model][first])
        assert f"{names.get(first, 'Unknown')} ({amount})" in cards.said["attribution"][0]


def test_campaigns_say_how_much_revenue_has_none(built: Built, text: str) -> None:
    ((won, nameless),) = query(
        built.database,
        "select sum(amount), sum(case when first_campaign = 'unknown' then amount else 0 end)"
        " from marts.fct_lifecycle where stage = 'customer' and entered_at >= date '2025-07-01'",
    )
    said = " ".join(Cards(text).said["campaigns"])
    whole = f"{words.amount(nameless)} of {words.amount(won)} of new business won has no campaign"
    assert whole in said
    numbers = [list(row.values())[2:] for row in _file(Cards(text), "campaigns")]
    assert numbers
    assert all(any(float(number or 0) for number in row) for row in numbers)


def test_channels_name_the_last_month_whose_journeys_had_the_time_to_buy(
    built: Built, text: str
) -> None:
    said = " ".join(Cards(text).said["channels"])
    shown = re.search(r"Everyone who started up to (\w+ \d{4}) ", said)
    assert shown
    costs = " ".join(Cards(text).said["costs"])
    assert "Of the last twelve months; the next card counts everyone" in costs
    assert f"everyone who started up to {shown[1]}." in costs
    day = datetime.strptime(shown[1], "%B %Y")
    counted = query(
        built.database,
        "select (select count(*) from marts.fct_journeys where started_at <"
        f" date '{day:%Y-%m-%d}' + interval 1 month), (select journey_count from"
        " marts.kpi_unit_economics_by_slice where slice_name = 'all')",
    )
    assert counted[0][0] == counted[0][1]
    (everyone,) = [row for row in _file(Cards(text), "channels") if row["slice_name"] == "all"]
    assert f"{int(everyone['lead_count']):,}" in Cards(text).said["channels"]


def test_bypasses_are_those_of_the_last_twelve_months(built: Built, text: str) -> None:
    counted = query(
        built.database,
        "select stage, bypassing_team, bypass_reason, sum(passed_count)"
        " from marts.stage_qualifications where qualification = 'bypass'"
        " and passed_month >= date '2025-07-01' group by all",
    )
    listed = {
        (row["stage"], row["bypassing_team"], row["bypass_reason"]): int(row["passed_count"])
        for row in _file(Cards(text), "bypasses")
    }
    wanted = {tuple(key): int(count) for *key, count in counted}
    assert listed
    assert all(wanted[key] == count for key, count in listed.items())
    assert max(listed.values()) == max(wanted.values())


def test_speed_is_that_of_the_handoffs_of_marketing(built: Built, text: str) -> None:
    """May 2026: the youngest month whose handoffs are at least a month old."""
    may = "handed_over_at >= date '2026-05-01' and handed_over_at < date '2026-06-01' order by 1"
    days = query(
        built.database,
        f"select answer_days from marts.handoffs where from_team = 'marketing' and {may}",
    )
    answered = [day for (day,) in days if day is not None]
    assert len(answered) < len(days)
    middle = median([*map(float, answered), *[inf] * (len(days) - len(answered))])
    assert _title(text, "handoff-speed").endswith(f"within {middle:.1f} days")
    touches = query(
        built.database,
        "select handoff_to_contact_business_hours, is_contacted from marts.speed_to_lead"
        f" where {may}",
    )
    hours = median(hour for hour, is_contacted in touches if is_contacted)
    share = f"{sum(is_contacted for _, is_contacted in touches) / len(touches) * 100:.0f}%"
    title = _title(text, "speed-to-lead")
    assert f"within {hours:.0f} business hours" in title
    assert f"({hours / 8:.1f} working days)" in title or hours <= 8
    assert title.endswith(f"; {share} of May were touched")


def _cells(text: str, caption: str, heading: str) -> list[str]:
    """A row of the table with this caption, by the heading of the row."""
    table = re.search(rf"<caption>{re.escape(caption)}.*?</table>", text, re.DOTALL)
    assert table, caption
    rows = re.findall(r"<tr>.*?</tr>", table[0], re.DOTALL)
    cell = re.compile("<t[hd].*?</t[hd]>", re.DOTALL)
    cells = [
        [" ".join(re.sub("<[^>]+>", " ", found).split()) for found in cell.findall(row)]
        for row in rows
    ]
    # A note such as a median can follow the heading.
    [found] = [
        row for row in cells if row and re.match(rf"{re.escape(heading)}( \*| median|$)", row[0])
    ]
    return found


def test_what_is_spent_is_shown_as_a_share_of_the_budget(built: Built, text: str) -> None:
    """From the rows of the ads: little spent is a small share, and never several times the plan."""
    ((metric_name, start, target, in_markets),) = query(
        built.database,
        """
        select metric_name, period_start, target, compared_actual from marts.kpi_reviews_by_period
        where metric = 'spend' and period_kind = 'quarter' and is_total and is_complete
            and target > 0
        order by period_start desc limit 1
        """,
    )
    ((spent,),) = query(
        built.database,
        "select sum(amount) from intermediate.int_ad_spend_unioned"
        f" where spend_date >= '{start}' and spend_date < date '{start}' + interval 3 month",
    )
    # Part of it was paid in other currencies.
    assert float(spent) == pytest.approx(float(in_markets), rel=0.1)
    assert spent < target
    cells = _cells(text, f"Whole company, {words.period('quarter', start)}", metric_name)
    assert cells[3] == f"{words.percent(in_markets / target)} of the limit"


def test_the_waterfall_says_what_of_the_due_amount_slipped(built: Built, text: str) -> None:
    """The opportunities one by one: what was due at first, and what is due later at the end."""
    ((due, slipped, left),) = query(
        built.database,
        """
        select
            sum(opening_amount),
            coalesce(sum(opening_amount) filter (
                opening_amount > 0 and period_result = 'pushed_out'
            ), 0),
            sum(pushed_out_amount) filter (period_result = 'pushed_out')
        from marts.fct_pipeline_waterfall_by_period
        where period_kind = 'quarter' and basis = 'due_in_period'
            and period_start = date '2026-04-01'
        """,
    )
    title = _title(text, "waterfall")
    assert title.startswith(f"{words.amount(slipped)} of the {words.amount(due)} that was due in")
    assert title.endswith(f"slipped ({words.percent(slipped / due)})")
    said = " ".join(Cards(text).said["waterfall"])
    assert f"{words.amount(left or 0)} is due after it now" in said


QUARTERS = tuple((date(2024 + n // 4, 3 * (n % 4) + 1, 1)) for n in range(2, 10))


def test_what_slipped_out_of_a_quarter_is_named(built: Built) -> None:
    """From the close dates as they stood on the first and after the last day of each quarter."""
    found = 0
    for first, following in itertools.pairwise((*QUARTERS, date(2026, 7, 1))):
        slipped = query(
            built.database,
            f"""
            with due as (
                select opportunity_key from marts.fct_opportunity_changes
                where
                    change_date < date '{first}'
                    and (next_change_date is null or next_change_date >= date '{first}')
                    and outcome = 'open' and amount > 0 and expected_close_date >= date '{first}'
                    and expected_close_date < date '{following}'
            )
            select opportunities.record_id
            from due
            inner join marts.dim_opportunities as opportunities using (opportunity_key)
            where opportunities.outcome = 'open' or opportunities.closed_at >= date '{following}'
            """,
        )
        with duckdb.connect(str(built.database), read_only=True) as connection:
            connection.execute(PERIODS)
            connection.execute("insert into periods values ('quarter', ?, ?)", [first, following])
            name = "slipped_opportunities"
            named = read(connection, name, queries()[name]).records
        assert {row["record_id"] for row in named} == {record for (record,) in slipped}
        found += len(named)
    assert found > 4


def test_the_customers_who_left_are_named_with_what_they_paid(built: Built, text: str) -> None:
    """From the months of each account: the last in which it paid, and nothing after."""
    left = query(
        built.database,
        """
        select accounts.account_name, sum(movements.churn_amount)
        from marts.fct_mrr_movements as movements
        inner join marts.dim_accounts as accounts using (account_key)
        where movements.churn_amount > 0 and movements.movement_month >= date '2025-07-01'
        group by all
        """,
    )
    paid = {name: pytest.approx(float(amount)) for name, amount in left}
    rows = _file(Cards(text), "customers-lost")
    assert rows
    for row in rows:
        if float(row["lost_mrr_amount"] or 0):
            assert float(row["lost_mrr_amount"]) == paid[row["account_name"]]


def test_coverage_says_what_is_past_its_close_date(built: Built, text: str) -> None:
    ((whole, overdue),) = query(
        built.database,
        "select sum(amount), sum(amount) filter (expected_close_date < date '2026-07-01')"
        " from marts.dim_opportunities where outcome = 'open' and revenue_type = 'new'"
        # What is open in a market without a target can reach none.
        " and funnel in (select funnel from seeds.targets)",
    )
    said = " ".join(text.split())
    assert f"{words.amount(whole)} of new business is open for the target of" in said
    assert f"{words.amount(overdue)} of what is open is past its close date" in said


def _cohort_rows(converted: int) -> Rows:
    """Twelve months of two steps: a steady one, and one whose last month is given."""
    counts = (f"converted_{days}_count" for days in cohorts.HORIZONS)
    columns = ("step", "cohort_month", "entered_count", "open_count", *counts)
    rows = [
        (step, date(2025, month, 1), 100, 0, *[count] * len(cohorts.HORIZONS))
        for step, last in (("lead_to_mql", 40), ("mql_to_sal", converted))
        for month in range(1, 13)
        for count in [last if month == 12 else 40]
    ]
    return Rows("cohorts", ("marts.conversion_cohorts",), columns, tuple(rows))


@pytest.mark.parametrize(
    ("converted", "title"),
    [
        (10, "MQL to SAL fell most: 10% of December 2025 within 30 days, 40% in the months before"),
        (36, "beyond chance (most: MQL to SAL, 36 of 100 of December 2025)"),
        (45, "No step has fallen"),
    ],
)
def test_the_cohorts_begin_with_the_step_that_fell(
    shown_rows: dict[str, Rows], converted: int, title: str
) -> None:
    card = cohorts.cohorts(_company({**shown_rows, "cohorts": _cohort_rows(converted)}))
    assert title in card.title
    assert ("chance" in card.title) == (converted == 36)
    first = "mql_to_sal" if converted == 10 else "lead_to_mql"
    assert card.panels[0].keys == (first,)


def test_chance_alone_is_called_a_fall_less_than_once_in_twenty_times() -> None:
    """2,000 companies in which nothing changed: nine steps, four horizons, forty in the last month
    and eleven times as many before."""
    draws = np.random.default_rng(7)
    called = 0
    for _ in range(2000):
        now, then = np.zeros(9, int), np.zeros(9, int)
        worst = 0.0
        for rate in (0.25, 0.1, 0.1, 0.1):
            now += draws.binomial(40 - now, rate)
            then += draws.binomial(440 - then, rate)
            found = (cohorts.errors_below(a, 40, b, 440) for a, b in zip(now, then, strict=True))
            worst = max(worst, *found)
        called += worst >= cohorts.BEYOND_CHANCE
    assert called / 2000 < 0.05


def test_the_largest_cost_of_a_handoff_is_the_title(shown_rows: dict[str, Rows]) -> None:
    rows = dict(shown_rows)
    title = handoffs.handoff_costs(_company(rows)).title
    costs = [
        row
        for row in rows["handoff_costs"].records
        if row["status"] == "ok" and row["finding"] in ("cost", "at_most")
    ]
    largest = max((row["forgone_amount"] for row in costs), default=None)
    assert largest is None or f"{words.amount(largest)}" in title
    _with(rows, "handoff_costs", finding="unclear")
    title = handoffs.handoff_costs(_company(rows)).title
    assert title == "No answer to a handoff shows a cost beyond chance"


def test_owners_stand_beside_the_targets_that_were_agreed_for_them(built: Built, text: str) -> None:
    """What each one won in the quarter, from the opportunities."""
    won = query(
        built.database,
        """
        select owners.user_id, coalesce(sum(opportunities.won_amount), 0)
        from marts.dim_owners as owners
        inner join (
            select distinct owner_key from marts.kpi_targets_by_period
            where metric = 'bookings_new' and period_kind = 'quarter' and owner_key != 0
                and period_start = date '2026-04-01' and is_total
        ) using (owner_key)
        left join marts.dim_opportunities as opportunities
            on opportunities.owner_key = owners.owner_key and revenue_type = 'new'
            and outcome = 'won' and closed_at >= date '2026-04-01'
            and closed_at < date '2026-07-01'
        group by all
        """,
    )
    shown = {
        row["user_id"]: float(row["compared_actual"])
        for row in _file(Cards(text), "owners")
        if row["metric"] == "bookings_new" and row["period_start"] == "2026-04-01"
    }
    assert len(shown) > 2
    assert shown == {user: pytest.approx(float(amount), abs=0.01) for user, amount in won}


def test_new_business_that_was_closed_is_that_of_the_opportunities(
    built: Built, shown_rows: dict[str, Rows]
) -> None:
    """The last quarter: what was won and lost, and what those with a target won of it."""
    ((won, lost, targeted),) = query(
        built.database,
        """
        select
            sum(won_amount), sum(amount) filter (outcome = 'lost'),
            sum(won_amount) filter (owner_key in (
                select owner_key from marts.kpi_targets_by_period
                where period_kind = 'quarter' and period_start = date '2026-04-01'
                    and owner_key != 0
            ))
        from marts.dim_opportunities
        where revenue_type = 'new' and closed_at >= date '2026-04-01'
            and closed_at < date '2026-07-01' and outcome in ('won', 'lost')
        """,
    )
    [row] = shown_rows["closed_new_business"].records
    assert float(row["won_amount"]) == pytest.approx(float(won))
    assert float(row["lost_amount"]) == pytest.approx(float(lost))
    assert float(row["targeted_won_amount"]) == pytest.approx(float(targeted or 0))
    assert won


def test_a_loss_that_is_most_of_its_reason_is_said(shown_rows: dict[str, Rows]) -> None:
    variables = {"least_published_records": 1}
    for largest in (400, 600):
        rows = dict(shown_rows)
        _with(rows, "loss_reasons", amount=1000, largest_amount=largest)
        said = losses.losses(Company(rows, DAY, "USD", variables)).text
        assert ("One opportunity is 600 of the 1k of" in said) == (largest == 600)


def test_a_lead_helps_until_the_week_of_the_plan(built: Built, text: str) -> None:
    """Month by month, from the plan; a week that has ended before the cutoff is over."""
    said = " ".join(Cards(text).said["plan-months"])
    rows = query(
        built.database,
        "select last_lead_week from marts.plan_targets where scenario = 'base' and not is_total"
        " and new_target_amount > 0 and last_lead_week is not null"
        " and period_start < date '2027-01-01'",
    )
    assert rows
    for (week,) in rows:
        is_over = week + timedelta(7) <= date(2026, 7, 1)
        assert f"{words.day(week)}{', over' if is_over else ''}" in said


def test_retention_says_what_it_is_without_the_largest_change(built: Built, text: str) -> None:
    """From each customer's months: the one whose payments changed most is left out."""
    accounts = query(
        built.database,
        """
        select
            sum(opening_amount) filter (movement_month = date '2025-07-01') as opening_amount,
            coalesce(sum(closing_amount) filter (movement_month = date '2026-06-01'), 0)
        from marts.fct_mrr_movements
        group by account_key having opening_amount > 0
        """,
    )
    *others, (_, largest) = sorted(
        [(float(opening), float(closing)) for opening, closing in accounts],
        key=lambda pair: abs(pair[1] - pair[0]),
    )
    closing = sum(closing for _, closing in others)
    rest = closing / sum(opening for opening, _ in others)
    said = f"changed it most: NRR {words.percent(rest, 1)}"
    whole = (closing + largest) / sum(float(opening) for opening, _ in accounts)
    assert (said in text) == (abs(rest - whole) >= 0.01)


def test_a_figure_of_few_cases_is_marked(built: Built, text: str) -> None:
    few = query(
        built.database,
        """
        select metric_name, period_start from marts.kpi_reviews_by_period
        where status = 'too_few' and is_total and period_kind = 'month' and actual is not null
            and period_start = date '2026-06-01'
        """,
    )
    assert few
    for metric_name, start in few:
        cells = _cells(text, f"Whole company, {words.period('month', start)}", metric_name)
        assert cells[1].endswith("(few)"), cells


def test_a_landing_whose_target_is_out_of_reach_says_so(built: Built, text: str) -> None:
    ((high, target),) = query(
        built.database,
        """
        select forecast_high_80, target from marts.kpi_reviews_by_period
        where metric = 'bookings' and period_kind = 'quarter' and is_total
            and period_start = date '2026-07-01'
        """,
    )
    assert ("the target lies above that range" in text) == (high < target)


def test_ends_of_an_interval_and_changes_that_round_to_nothing() -> None:
    assert words.between(181, 1_940_000) == "below 1.94M"
    assert not words.matters(181, 1_940_000)
    assert words.between(0, 0) == "between 0 and 0"
    assert words.between(301_000, 1_940_000) == "between 301k and 1.94M"
    assert words.change(1000, 999) == "0%"
    assert words.change(0.5, 0.5001, "ratio") == "0.0 pts"
    assert words.change(8, 10) == f"{words.MINUS}20%"


def test_the_counts_of_alerts_agree(built: Built, text: str) -> None:
    counts = dict(
        query(built.database, "select status, count(*) from marts.alerts group by status")
    )
    still = counts.get("open", 0) + counts.get("acknowledged", 0)
    title = _title(text, "alert-history")
    assert _title(text, "open-alerts").startswith(f"{still} alert")
    assert title.startswith(f"{still} of {sum(counts.values())} alerts")
    assert (f"{counts.get('quiet', 0)} " in title.partition(",")[2]) == ("quiet" in counts)


def test_what_is_empty_says_why(empty_page: Path) -> None:
    cards = Cards(empty_page.read_text())
    for card in (
        "bookings",
        "landing",
        "changes",
        "funnel",
        "cohorts",
        "mrr",
        "channels",
        "sources",
    ):
        assert card in cards.explained, f"{card}: {cards.said[card]}"
        assert "None" not in " ".join(cards.said[card])
    assert cards.said["definition"]


def test_what_no_system_records_is_named_and_not_shown_as_zero(built: Built) -> None:
    """A company with opportunities alone: its reviews count no leads, in no period."""
    with duckdb.connect(str(built.database), read_only=True) as connection:
        rows = read_all(connection)
    found = rows["review"]
    values = ("actual", "target", "prior_actual", "year_before_actual", "forecast")
    absent = {**dict.fromkeys(values), "status": "not_recorded"}
    without = [{**row, **(absent if row["metric"] == "leads" else {})} for row in found.records]
    rows["review"] = replace(found, values=tuple(tuple(row.values()) for row in without))
    block = review.block(Company(rows, None, "USD"))
    names = {row[0].text for panel in block.panels for row in panel.grid.rows}
    assert "Not recorded by any system: Leads." in block.text
    assert "MQLs" in names
    assert "Leads" not in names


def test_a_database_without_marts_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    assert show_report(database, None, {}) == 1
    duckdb.connect(str(database)).close()
    assert show_report(database, None, {}) == 1
    assert capsys.readouterr().err.count("run `make build` first") == 2
    assert not database.with_name("report.html").exists()


@pytest.mark.parametrize("which", ["page", "empty_page"])
def test_the_page_opens_alone_on_every_screen(which: str, request: pytest.FixtureRequest) -> None:
    file: Path = request.getfixturevalue(which)
    with browser() as chromium:
        from axe_playwright_python.sync_playwright import Axe

        for settings in ({"viewport": PHONE}, {"color_scheme": "dark"}, {}):
            with opened(chromium, file, **settings) as (tab, wrong):
                assert wrong == []
                assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
                assert tab.evaluate(BARE) == []
                # On a phone the same elements stand in another place.
                assert "viewport" in settings or _serious(Axe(), tab) == []


def _serious(axe: Any, tab: Any) -> list[tuple[str, str]]:
    """What would keep people with a keyboard, a screen reader or weak eyes out."""
    return [
        (each["id"], each["nodes"][0]["html"][:120])
        for each in axe.run(tab).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


# Cards in which there is nothing to see.
BARE = """[...document.querySelectorAll("article")]
    .filter((card) => !card.querySelector("svg, table, .items li, .empty"))
    .map((card) => card.id)"""


def test_the_switches_show_the_table_that_is_chosen(page: Path) -> None:
    with browser() as chromium, opened(chromium, page) as (tab, wrong):
        shown = tab.locator("#review .panel:not([hidden]) caption")
        assert "quarter" in shown.inner_text()
        tab.locator("#review input[value=week]").focus()
        tab.keyboard.press("Space")
        assert "week" in shown.inner_text()
        tab.locator("#review select").select_option(index=1)
        assert "Whole company" not in shown.inner_text()
        with tab.expect_download() as download:
            tab.locator("#review a[download]").click()
        assert download.value.suggested_filename == "review.csv"
        # The file is what the page holds, not compressed, and a spreadsheet knows its letters.
        link = Cards(page.read_text()).links["review"]
        with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
            assert file.read() == "\ufeff" + _unpacked(link)
        assert wrong == []


def test_the_browser_is_optional_on_a_desk_and_obligatory_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.python.browser.CHROMIUM", None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Chromium is not installed"), browser():
        pass
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chromium is not installed"), browser():
        pass


def test_numbers_and_days_follow_the_locale() -> None:
    """Written by hand, as a reader of each country would."""
    shown = {}
    for locale in ("en_GB", "en_US", "de_DE", "sv_SE", "de_CH"):
        words.use_locale(locale)
        shown[locale] = (
            words.count(1234567),
            words.amount(-1534000),
            words.percent(0.417, 1),
            words.money(24200, "USD"),
            words.day(date(2026, 7, 1)),
            words.short_day(date(2026, 7, 1)),
        )
    words.use_locale("en_GB")
    space, minus = "\u00a0", words.MINUS
    assert shown == {
        "en_GB": ("1,234,567", f"{minus}1.53M", "41.7%", "US$24.2k", "1 July 2026", "1 Jul"),
        "en_US": ("1,234,567", f"{minus}1.53M", "41.7%", "$24.2k", "July 1, 2026", "Jul 1"),
        "de_DE": (
            "1.234.567",
            f"{minus}1,53M",
            f"41,7{space}%",
            f"24,2k{space}$",
            "1 July 2026",
            "1 Jul",
        ),
        "sv_SE": (
            f"1{space}234{space}567",
            f"{minus}1,53M",
            f"41,7{space}%",
            f"24,2k{space}US$",
            "1 July 2026",
            "1 Jul",
        ),
        "de_CH": (
            "1\u2019234\u2019567",
            f"{minus}1.53M",
            "41.7%",
            f"${space}24.2k",
            "1 July 2026",
            "1 Jul",
        ),
    }
    with pytest.raises(words.LocaleError, match="no locale"):
        words.use_locale("klingon")


def test_every_cell_of_a_filtered_table_has_its_column(shown_rows: dict[str, Rows]) -> None:
    """A sum that the cube does not have would be shown as no number."""
    company = Company(shown_rows, DAY, "USD", VARIABLES | {"least_published_records": 5})
    blocks = [block for part in meeting.section(company) for block in part.blocks]
    cubes = 0
    for block in blocks:
        if not block.cube or not block.cube.columns:
            continue
        cubes += 1
        grids = [block.grid, block.details, *(panel.grid for panel in block.panels)]
        cells = [cell for grid in grids if grid for row in grid.rows for cell in row]
        summed = {part for cell in cells for part in cell.sum.lstrip("-").split("/") if part}
        assert summed <= set(block.cube.columns), block.id
    assert cubes > 15
