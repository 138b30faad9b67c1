"""What the report says of new business, pipeline, owners and customers, worked out another way."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from funnel.report import definitions, handoffs, tiles, words
from funnel.report.blocks import Block
from funnel.report.company import Company
from funnel.report.read import Rows, queries, read
from funnel.report.tiles import KINDS
from tests.python.conftest import Built, query
from tests.python.test_report import Cards, _file

QUARTER = (date(2026, 4, 1), date(2026, 7, 1))
EARLIER = (date(2026, 1, 1), date(2026, 4, 1))
CUTOFF = date(2026, 7, 1)


@pytest.fixture(scope="module")
def cards(page: Path) -> Cards:
    return Cards(page.read_text())


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return " ".join(page.read_text().split())


@pytest.fixture(scope="module")
def opportunities(built: Built) -> list[dict[str, Any]]:
    columns = ("channel", "revenue_type", "outcome", "amount", "won_amount", "owner_key",
               "created_at", "closed_at", "expected_close_date", "record_id", "cycle_days",
               "funnel", "journey_key")  # fmt: skip
    rows = query(built.database, f"select {', '.join(columns)} from marts.dim_opportunities")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _within(moment: datetime | None, span: tuple[date, date] = QUARTER) -> bool:
    return moment is not None and span[0] <= moment.date() < span[1]


def test_new_business_of_a_channel_is_what_was_created_won_and_is_open(
    built: Built, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    rows = _file(cards, "new-business")
    new = [row for row in opportunities if row["revenue_type"] == "new"]
    shown = {row["channel"]: row for row in rows}
    created, won, still = Counter[str](), defaultdict[str, float](float), Counter[str]()
    for row in new:
        created[row["channel"]] += _within(row["created_at"])
        still[row["channel"]] += row["outcome"] == "open"
        if row["outcome"] == "won" and _within(row["closed_at"]):
            won[row["channel"]] += float(row["won_amount"])
    everything = shown.pop("all")
    assert {name: int(row["created_count"]) for name, row in shown.items()} == {
        name: created[name] for name in shown
    }
    assert {name: int(row["open_count"]) for name, row in shown.items()} == {
        name: still[name] for name in shown
    }
    for name, row in shown.items():
        assert float(row["won_amount"]) == pytest.approx(won[name])
    # The same as the KPIs of the review, which are worked out from other tables.
    ((bookings, rate),) = query(
        built.database,
        "select max(actual) filter (metric = 'bookings_new'), max(actual) filter (metric ="
        " 'win_rate') from marts.kpi_reviews_by_period where period_kind = 'quarter' and is_total"
        f" and period_start = date '{QUARTER[0]}'",
    )
    assert float(everything["won_amount"]) == pytest.approx(float(bookings), abs=0.05)
    share = int(everything["won_count"]) / int(everything["closed_count"])
    assert share == pytest.approx(float(rate), abs=1e-6)
    created_amount = _kpi(built, "pipeline_created")
    assert float(everything["created_amount"]) == pytest.approx(created_amount, abs=0.05)


def _kpi(built: Built, metric: str) -> float:
    """A KPI of the whole company in the quarter."""
    ((value,),) = query(
        built.database,
        "select actual from marts.kpi_reviews_by_period where period_kind = 'quarter' and is_total"
        f" and metric = '{metric}' and period_start = date '{QUARTER[0]}'",
    )
    return float(value)


def test_marketing_has_prepared_who_had_qualified_before_the_opportunity(
    built: Built, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    met = dict(
        query(
            built.database,
            "select journey_key, min(qualified_at) from marts.fct_lifecycle"
            " where stage = 'mql' and is_qualified group by all",
        )
    )
    new = [row for row in opportunities if row["revenue_type"] == "new"]

    def is_prepared(row: dict[str, Any]) -> bool:
        at = met.get(row["journey_key"])
        return at is not None and at <= row["created_at"]

    shown = [row for row in _file(cards, "marketing-share") if row["key"] == str(QUARTER[0])]
    created = [row for row in new if _within(row["created_at"])]
    closed = [row for row in new if row["outcome"] != "open" and _within(row["closed_at"])]
    won = [row for row in closed if row["outcome"] == "won"]
    for column, wanted in (
        ("created_count", len(created)),
        ("marketed_count", sum(map(is_prepared, created))),
        ("won_count", len(won)),
        ("marketed_won_count", sum(map(is_prepared, won))),
        ("won_amount", sum(float(row["won_amount"]) for row in won)),
        ("marketed_won_amount", sum(float(row["won_amount"]) for row in won if is_prepared(row))),
        ("created_amount", _kpi(built, "pipeline_created")),
        ("marketed_closed_count", sum(map(is_prepared, closed))),
        ("other_won_count", len(won) - sum(map(is_prepared, won))),
        ("other_closed_count", len(closed) - sum(map(is_prepared, closed))),
    ):
        found = sum(float(row[column]) for row in shown)
        assert found == pytest.approx(wanted, abs=0.05), column
    assert 0 < sum(map(is_prepared, created)) < len(created)


def test_the_year_to_date_is_all_quarters_against_all_targets(
    built: Built, text: str, opportunities: list[dict[str, Any]]
) -> None:
    targets = query(
        built.database,
        "select funnel, sum(target_amount) from seeds.targets"
        " where target_month between date '2026-01-01' and date '2026-06-01' group by funnel",
    )
    year = (date(2026, 1, 1), CUTOFF)
    names = {funnel for funnel, _ in targets}
    won = sum(
        float(row["won_amount"])
        for row in opportunities
        if row["outcome"] == "won" and row["funnel"] in names and _within(row["closed_at"], year)
    )
    share = won / sum(float(amount) for _, amount in targets)
    assert f"Year to date: {words.percent(share)}; new business alone " in text


def test_what_the_forecast_lacks_is_parted_by_who_must_bring_it(built: Built, text: str) -> None:
    rows = dict(
        query(
            built.database,
            "select metric, sum(target - forecast) from marts.kpi_reviews_by_period"
            f" where not is_total and period_kind = 'quarter' and period_start = date '{CUTOFF}'"
            " and metric like 'bookings%' and target is not null group by metric",
        )
    )
    short = float(rows["bookings"])
    assert sum(float(rows[metric]) for metric, _ in KINDS) == pytest.approx(short, abs=1)
    said = f"The {words.amount(short)} short: "
    assert (said in text) == (short > 0)
    if short > 0:
        parts = text.partition(said)[2].split(";")[0].split("<")[0]
        for metric, name in KINDS:
            assert f"{name} {words.signed(-float(rows[metric]), 'amount')}" in parts


def test_coverage_is_of_the_markets_with_a_target(
    built: Built, text: str, opportunities: list[dict[str, Any]]
) -> None:
    """Pipeline of a market without a target can reach none: it stands apart."""
    targets = dict(
        query(
            built.database,
            "select funnel, sum(new_target_amount) from marts.plan_targets where scenario = 'base'"
            " and not is_total and period_start between date '2026-07-01' and date '2026-09-01'"
            " group by funnel having sum(new_target_amount) > 0",
        )
    )
    target = sum(float(amount) for amount in targets.values())
    still = [
        row for row in opportunities if row["outcome"] == "open" and row["revenue_type"] == "new"
    ]
    within = [row for row in still if row["funnel"] in targets]
    amount, elsewhere = (
        sum(float(row["amount"] or 0) for row in rows)
        for rows in (within, [row for row in still if row["funnel"] not in targets])
    )
    due = sum(
        float(row["amount"] or 0)
        for row in within
        if row["expected_close_date"] and CUTOFF <= row["expected_close_date"] < date(2026, 10, 1)
    )
    tile = text.partition("<h3>Coverage</h3>")[2].partition("<h3>")[0]
    assert f'<p class="value">{words.times(amount / target)}</p>' in tile
    assert f"4.0x is agreed: {words.amount(4 * target - amount)} is missing" in tile
    assert f"{words.times(due / target)} has its close date in the quarter" in tile
    # The same in the review, from the KPIs of the markets.
    assert f", next {words.times(amount / target)}" in text
    said = f"Not in it: {words.amount(elsewhere)} open in markets without a target"
    assert (said in tile) == (elsewhere > 0)


def test_what_is_open_in_a_market_without_a_target_covers_none() -> None:
    columns = ("period_kind", "period_start", "period_name", "metric", "funnel", "actual",
               "forecast", "target", "is_complete")  # fmt: skip
    found = (
        ("coverage", "all", 3, 4),
        ("bookings_new", "all", None, 100),
        ("coverage", "targeted", 2, 4),
        ("bookings_new", "targeted", None, 100),
        ("coverage", "other", None, None),
    )
    review = tuple(
        ("quarter", CUTOFF, "2026-Q3", metric, funnel, None, forecast, target, False)
        for metric, funnel, forecast, target in found
    )
    names = (("targeted", "Targeted"), ("other", "Other"))
    opened = (("targeted", CUTOFF, 50), ("targeted", None, 150), ("other", CUTOFF, 100))
    months = tuple((funnel, month, False, "new", 3, due, 1) for funnel, month, due in opened)
    rows = {
        "review": Rows("review", ("marts.kpi_reviews_by_period",), columns, review),
        "funnels": Rows("funnels", ("seeds.funnels",), ("funnel", "funnel_name"), names),
        "open_by_month": Rows(
            "open_by_month",
            ("marts.dim_opportunities",),
            ("funnel", "close_month", "is_undated", "revenue_type", "due_count", "due_amount",
             "largest_amount"),
            months,
        ),
    }  # fmt: skip
    company = Company(rows, CUTOFF, "USD")
    assert tiles.coverage_of_targets(company, CUTOFF) == 2
    tile = tiles.coverage(company)
    assert tile.value == "2.0x"
    assert "Not in it: 100 open in markets without a target" in tile.details
    assert "4.0x is agreed: 200 is missing" in tile.details
    assert "0.5x has its close date in the quarter" in tile.details
    assert "150 of what is open is past its close date" in tile.details


def test_open_pipeline_by_month_is_all_that_is_open(
    cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    wanted = defaultdict[str, float](float)
    for row in opportunities:
        if row["outcome"] != "open":
            continue
        day = row["expected_close_date"]
        key = "undated" if day is None else "overdue"
        if day is not None and day >= CUTOFF:
            key = f"{day:%Y-%m-01}"
        wanted[key] += float(row["amount"] or 0)
    shown = defaultdict[str, float](float)
    for row in _file(cards, "pipeline-due"):
        key = row["close_month"] or ("undated" if row["is_undated"] == "True" else "overdue")
        shown[key] += float(row["due_amount"])
    assert shown == {key: pytest.approx(amount, abs=0.01) for key, amount in wanted.items()}


def test_what_is_past_its_close_date_is_named_whatever_its_age(
    page: Path, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    late = [
        row
        for row in opportunities
        if row["outcome"] == "open"
        and row["expected_close_date"]
        and row["expected_close_date"] < CUTOFF
    ]
    assert cards.said["overdue"][0].startswith(f"{len(late)} open opportunities")
    late.sort(key=lambda row: (-float(row["amount"] or 0), row["record_id"]))
    shown = [row["record_id"] for row in _file(cards, "overdue")]
    assert shown == [row["record_id"] for row in late[:25]]
    assert "All of them, of all kinds" in " ".join(cards.said["overdue"])
    html = page.read_text()
    table = html.partition('id="overdue"')[2].partition("</table>")[0]
    assert table.count("data-market") == len(late)
    assert " hidden data-first" not in table, "each of them is seen"


def test_the_largest_that_are_due_are_named(
    cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    due = [
        row
        for row in opportunities
        if row["outcome"] == "open"
        and row["expected_close_date"]
        and CUTOFF <= row["expected_close_date"] < date(2026, 10, 1)
    ]
    due.sort(key=lambda row: (-float(row["amount"] or 0), row["record_id"]))
    shown = [row["record_id"] for row in _file(cards, "due-opportunities")]
    assert shown[:10] == [row["record_id"] for row in due[:10]]
    whole = sum(float(row["amount"] or 0) for row in due)
    title = cards.said["due-opportunities"][0]
    assert title.startswith(f"{len(due)} open opportunities ({words.amount(whole)}) have")
    share = sum(float(row["amount"] or 0) for row in due[:10]) / whole
    assert title.endswith(f"largest are {words.percent(share)} of the amount")


def test_every_owner_who_sold_is_shown(cards: Cards, opportunities: list[dict[str, Any]]) -> None:
    won = defaultdict[Any, float](float)
    for row in opportunities:
        if row["outcome"] == "won" and row["revenue_type"] == "new" and _within(row["closed_at"]):
            won[row["owner_key"]] += float(row["won_amount"])
    rows = _file(cards, "owner-sales")
    shown = sorted(float(row["new_amount"]) for row in rows if float(row["new_amount"]))
    assert shown == pytest.approx(sorted(amount for amount in won.values() if amount))


def test_the_middle_of_the_wins_stands_beside_their_mean(
    cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    wins = [
        row
        for row in opportunities
        if row["outcome"] == "won" and row["revenue_type"] == "new" and _within(row["closed_at"])
    ]
    middle = words.amount(median(float(row["won_amount"]) for row in wins))
    days = words.days(median(float(row["cycle_days"]) for row in wins if row["cycle_days"]))
    said = cards.said["review"]
    for text in (f"median {middle}", f"median {days}"):
        assert any(part.startswith(text) for part in said), text
    amounts = sorted(float(row["won_amount"]) for row in wins)
    rest = sum(amounts[:-1]) / (len(amounts) - 1)
    span = (date(2025, 4, 1), date(2025, 7, 1))
    then = [
        float(row["won_amount"])
        for row in opportunities
        if row["outcome"] == "won"
        and row["revenue_type"] == "new"
        and _within(row["closed_at"], span)
    ]
    assert then
    (note,) = [part for part in said if part.startswith(f"median {middle}")][:1]
    assert f", {words.amount(median(then))} a year before" in note
    assert f"average without the largest {words.amount(rest)}" in note


def test_the_leads_that_bought_are_leads(built: Built, cards: Cards) -> None:
    """By the fact: who met the definition of a lead, and became a customer."""
    rows = {row["channel"]: row for row in _file(cards, "channels") if row["slice_name"] != "all"}
    last = next(iter(rows.values()))["last_month"]
    until = datetime.strptime(last[:10], "%Y-%m-%d").date() + timedelta(31)
    found = query(
        built.database,
        f"""
        select first_channel, journey_key, stage, is_qualified
        from marts.fct_lifecycle
        where stage in ('lead', 'customer') and journey_key in (
            select journey_key from marts.fct_journeys
            where started_at < date_trunc('month', date '{until}')
        )
        """,
    )
    leads = {key: channel for channel, key, stage, met in found if stage == "lead" and met}
    bought = Counter(
        leads[key] for _, key, stage, _ in found if stage == "customer" and key in leads
    )
    assert {name: int(row["bought_lead_count"]) for name, row in rows.items()} == {
        name: bought[name] for name in rows
    }
    for row in rows.values():
        assert int(row["bought_lead_count"]) <= int(row["lead_count"])


def test_new_business_of_a_campaign_is_without_renewals(built: Built, cards: Cards) -> None:
    won = dict(
        query(
            built.database,
            "select first_channel || first_campaign, sum(amount) from marts.fct_lifecycle"
            " where stage = 'customer' and entered_at >= date '2025-07-01' group by all",
        )
    )
    rows = _file(cards, "campaigns")
    assert rows
    for row in rows:
        wanted = float(won.get(row["channel"] + row["campaign"]) or 0)
        assert float(row["new_won_amount"]) == pytest.approx(wanted, abs=0.01)


def test_who_qualified_for_a_stage_and_then_for_the_next(built: Built, cards: Cards) -> None:
    """Without bypasses, and without stages that are only inferred."""
    met = query(
        built.database,
        "select journey_key, stage, coalesce(qualified_at, entered_at) from marts.fct_lifecycle"
        " where not is_inferred and (qualification is null or qualification != 'bypass')",
    )
    said = cards.said["funnel"]
    first: dict[tuple[str, int], datetime] = {}
    for key, stage, at in met:
        first[stage, key] = min(at, first.get((stage, key), at))
    since, until = CUTOFF - timedelta(425), CUTOFF - timedelta(60)
    shares = {}
    for stage, following, name in (
        ("lead", "mql", "Lead"),
        ("mql", "sal", "MQL"),
        ("sal", "sql", "SAL"),
        ("sql", "opportunity", "SQL"),
        ("opportunity", "customer", "Opportunity"),
    ):
        entered = {
            key: at
            for (entered_stage, key), at in first.items()
            if entered_stage == stage and since <= at.date() < until
        }
        after = sum(
            (following, key) in first and first[following, key] < at + timedelta(60)
            for key, at in entered.items()
        )
        shares[name] = words.percent(after / len(entered))
        place = said.index(name)
        assert said[place + 4] == shares[name], (name, said[place : place + 8])
    fewest = min(shares, key=lambda name: float(shares[name].rstrip("%")))
    assert said[0].startswith(f"Fewest go on from {fewest} to ")
    assert shares[fewest] in said[0]


def test_retention_of_a_market_is_shown_without_its_largest_change(
    built: Built, cards: Cards
) -> None:
    balances = query(
        built.database,
        "select funnel_name, sum(opening_amount) filter (movement_month = date '2025-07-01'),"
        " coalesce(sum(closing_amount) filter (movement_month = date '2026-06-01'), 0)"
        " from marts.fct_mrr_movements inner join marts.dim_accounts using (account_key)"
        " inner join seeds.funnels using (funnel) group by account_key, funnel_name",
    )
    said = cards.said["retention-by"]
    markets = defaultdict[str, list[tuple[float, float]]](list)
    for name, opening, closing in balances:
        if opening:
            markets[name].append((float(opening), float(closing)))
    assert markets
    for name, accounts in markets.items():
        accounts.sort(key=lambda pair: abs(pair[1] - pair[0]))
        rest = accounts[:-1]
        if len(rest) < 3 or name not in said:
            continue
        kept = sum(closing for _, closing in rest) / sum(opening for opening, _ in rest)
        place = said.index(name)
        cells = said[place : place + 7]
        assert words.percent(kept) in cells, (name, cells)
        assert str(sum(closing == 0 for _, closing in accounts)) in cells


def test_who_reduced_and_expanded_adds_up_to_the_movements(built: Built, cards: Cards) -> None:
    sums = dict(
        zip(
            ("expanded", "reduced"),
            query(
                built.database,
                "select sum(expansion_amount), sum(contraction_amount) from marts.kpi_mrr_by_period"
                " where period_kind = 'month' and period_start >= date '2025-07-01'",
            )[0],
            strict=True,
        )
    )
    rows = {row["kind"]: row for row in _file(cards, "customers-moved")}
    assert set(rows) <= set(sums)
    for kind, amount in sums.items():
        shown = float(rows[kind]["whole_amount"]) if kind in rows else 0
        assert shown == pytest.approx(float(amount or 0), abs=0.01)


def test_every_renewal_is_named_and_onboarding_has_its_own_list(built: Built, cards: Cards) -> None:
    rows = _file(cards, "worklists")
    wanted = query(
        built.database,
        "select record_id from marts.worklists where list_name = 'renewals_ahead'"
        " and not is_aged_out order by rank_number",
    )
    shown = [row["record_id"] for row in rows if row["list_name"] == "renewals_ahead"]
    assert shown == [record or "" for (record,) in wanted][:100]
    stages = {row["list_name"]: set[str]() for row in rows}
    for row in rows:
        stages[row["list_name"]].add(row["stage"])
    assert stages.get("late_onboardings", {"customer"}) == {"customer"}
    assert "customer" not in stages["late_handoffs"]
    for name in stages:
        ranks = [int(row["rank_number"]) for row in rows if row["list_name"] == name]
        assert ranks[:10] == list(range(1, min(len(ranks), 10) + 1))


def test_what_an_account_still_has_open_after_it_bought_is_no_new_business(built: Built) -> None:
    """By the first win of each account, whatever its system calls what is open or lost later."""
    first = dict(
        query(
            built.database,
            "select account_key, min(entered_at) from marts.fct_lifecycle"
            " where stage = 'customer' and account_key is not null group by all",
        )
    )
    rows = query(
        built.database,
        "select account_key, revenue_type, outcome, closed_at from marts.dim_opportunities"
        " where outcome != 'won' and opportunity_type = 'new'",
    )
    later = 0
    for account, revenue_type, _outcome, closed_at in rows:
        has_bought = account in first and (closed_at is None or first[account] < closed_at)
        assert revenue_type == ("expansion" if has_bought else "new")
        later += has_bought
    assert later


def test_sales_and_finance_are_compared_account_by_account(built: Built, cards: Cards) -> None:
    """Recurring revenue is a balance: only the last month of it is compared."""
    rows = {row["comparison"]: row for row in _file(cards, "billing")}
    ((mrr,),) = query(
        built.database,
        "select sum(closing_amount) from marts.fct_mrr_movements"
        " where movement_month = date '2026-06-01'",
    )
    shown = float(rows["recurring_revenue"]["billing_amount"])
    assert shown == pytest.approx(float(mrr), rel=0.02)
    payments = query(
        built.database,
        "select sum(difference_amount - not_due_amount) from marts.booking_reconciliation"
        " where comparison = 'payments' group by account_key",
    )
    more = sum(float(amount) for (amount,) in payments if amount > 0)
    assert float(rows["payments"]["more_amount"]) == pytest.approx(more, abs=0.01)
    assert words.amount(more) in cards.said["billing"][0]


def test_who_left_has_the_reason_of_the_lost_renewal_beside(built: Built, cards: Cards) -> None:
    lost = defaultdict[str, set[str]](set)
    for record, reason in query(
        built.database,
        "select accounts.record_id, lost_reason from marts.dim_opportunities"
        " inner join marts.dim_accounts as accounts using (account_key)"
        " where outcome = 'lost' and revenue_type = 'renewal'",
    ):
        lost[record].add(reason)
    rows = _file(cards, "customers-lost")
    named = [row for row in rows if row["renewal_reason"]]
    assert len(named) > len(rows) / 2
    for row in named:
        assert row["renewal_reason"] in lost[row["record_id"]]
    said = cards.said["customers-lost"]
    shown = {row["renewal_reason"] for row in named} - {"none", "unmapped", "unknown"}
    assert any(words.plain(reason) in said for reason in shown)
    assert said.count("Rare reasons") < len(rows)


Balances = dict[Any, dict[date, tuple[float, float]]]


@pytest.fixture(scope="module")
def balances(built: Built) -> Balances:
    """What each account paid before and after each month."""
    found: Balances = defaultdict(dict)
    for account, month, opening, closing in query(
        built.database,
        "select account_key, movement_month, opening_amount, closing_amount"
        " from marts.fct_mrr_movements",
    ):
        found[account][month] = (float(opening), float(closing))
    return found


def _later(month: date, months: int) -> date:
    place = month.year * 12 + month.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _terms(months: dict[date, tuple[float, float]]) -> list[tuple[date, float, float]]:
    """The months in which a term of a year ends, with what was paid before and after."""
    found, began = [], None
    for month in sorted(months):
        before, after = months[month]
        if not before:
            began = month
        elif began and (month.year - began.year) * 12 + month.month - began.month in (12, 24, 36):
            # Who leaves in the month after has not renewed.
            left = months.get(_later(month, 1), (0, 1))[1] == 0
            found.append((month, before, 0 if left else after))
    return found


def test_the_renewal_rate_is_of_the_contracts_that_ended(cards: Cards, balances: Balances) -> None:
    ended = [term for months in balances.values() for term in _terms(months)]
    title = cards.said["contracts-due"][0]
    for span in (EARLIER, QUARTER):
        of_quarter = [term for term in ended if span[0] <= term[0] < span[1]]
        kept = [term for term in of_quarter if term[2]]
        shown = [row for row in _file(cards, "contracts-due") if row["key"] == str(span[0])]
        for column, wanted in (
            ("due_count", len(of_quarter)),
            ("renewed_count", len(kept)),
            ("due_amount", sum(before for _, before, _ in of_quarter)),
            ("kept_amount", sum(min(before, after) for _, before, after in of_quarter)),
            ("added_amount", sum(max(after - before, 0) for _, before, after in of_quarter)),
        ):
            found = sum(float(row[column]) for row in shown)
            assert found == pytest.approx(wanted, abs=0.05), column
        rate = words.percent(len(kept) / len(of_quarter))
        if span == EARLIER:
            assert 0 < len(kept) < len(of_quarter), "the demo lost some of them"
            assert f"; {len(kept)} of {len(of_quarter)} in the quarter before ({rate};" in title
        else:
            assert title.startswith(f"{len(kept)} of {len(of_quarter)} contracts that ended in")
            assert f"were renewed ({rate};" in title


def test_a_quarter_of_recurring_revenue_is_what_its_accounts_moved(
    cards: Cards, balances: Balances
) -> None:
    months = [_later(EARLIER[0], number) for number in range(3)]
    rows = [row for row in _file(cards, "mrr-by-quarter") if row["key"] == str(EARLIER[0])]
    moved = [
        (paid[month], month == min(paid))
        for paid in balances.values()
        for month in months
        if month in paid
    ]
    wanted = {
        "opening_amount": sum(paid.get(months[0], (0, 0))[0] for paid in balances.values()),
        "closing_amount": sum(paid.get(months[2], (0, 0))[1] for paid in balances.values()),
        "new_amount": sum(after for (before, after), first in moved if not before and first),
        "churn_amount": sum(before for (before, after), _ in moved if before and not after),
        "expansion_amount": sum(max(after - before, 0) for (before, after), _ in moved if before),
        "churned_customer_count": sum(1 for (before, after), _ in moved if before and not after),
    }
    assert wanted["churned_customer_count"] > 0
    for column, value in wanted.items():
        found = sum(float(row[column] or 0) for row in rows)
        assert found == pytest.approx(value, abs=0.05), column
    last = [row for row in _file(cards, "mrr-by-quarter") if row["key"] == str(QUARTER[0])]
    net = sum(float(row["closing_amount"] or 0) - float(row["opening_amount"] or 0) for row in last)
    assert cards.said["mrr-by-quarter"][0].startswith(f"MRR {words.signed(net, 'amount')} in the")


def test_customers_of_a_half_year_are_followed_for_a_year(cards: Cards, balances: Balances) -> None:
    half = (date(2025, 1, 1), date(2025, 7, 1))
    began = [months for months in balances.values() if half[0] <= min(months) < half[1]]
    stay = [months for months in began if months.get(_later(min(months), 12), (0, 0))[1]]
    (row,) = [
        row
        for row in _file(cards, "retention-cohorts")
        if row["half_start"] == str(half[0]) and row["age_month_count"] == "12"
    ]
    assert (int(row["customer_count"]), int(row["retained_count"])) == (len(began), len(stay))
    assert 0 < len(stay) < len(began)
    first = sum(months[min(months)][1] for months in began)
    assert float(row["starting_amount"]) == pytest.approx(first, abs=0.05)


def test_a_half_year_has_a_rate_when_all_of_it_are_old_enough() -> None:
    """Those who began early in it alone would say something else than the half year."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.kpi_retention as select * from (values"
        " (date '2025-07-01', 0, 4, 4), (date '2025-12-01', 0, 2, 2), (date '2025-07-01', 6, 4, 1),"
        " (date '2025-02-01', 0, 3, 3), (date '2025-02-01', 6, 3, 2))"
        " as rows (cohort_month, age_month_count, customer_count, retained_count),"
        " (select 1 as starting_amount, 1 as closing_amount, 1 as retained_amount)"
    )
    rows = read(connection, "retention_cohorts", queries()["retention_cohorts"]).records
    found = {(row["half_start"], row["age_month_count"]): row["retained_count"] for row in rows}
    assert found == {
        (date(2025, 7, 1), 0): 6,
        (date(2025, 1, 1), 0): 3,
        (date(2025, 1, 1), 6): 2,
    }


def test_the_largest_customers_are_named_with_the_end_of_their_contracts(
    built: Built, cards: Cards, balances: Balances
) -> None:
    last = date(2026, 6, 1)
    paying = {account: months[last][1] for account, months in balances.items() if last in months}
    rows = _file(cards, "customers-by-size")
    assert [float(row["closing_amount"]) for row in rows] == sorted(paying.values())[:-11:-1]
    names = dict(query(built.database, "select record_id, account_key from marts.dim_accounts"))
    for row in rows:
        months = balances[names[row["record_id"]]]
        began = max(month for month, (before, _) in months.items() if not before)
        ends = [_later(began, 12 * term) for term in range(1, 5)]
        assert row["ends_month"] == str(min(month for month in ends if month > last))


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.996, "99.6%"), (0.9999, "just under 100%"), (1, "100%"), (1.004, "100%"), (0.58, "58%")],
)
def test_what_is_short_of_a_target_is_not_called_reached(share: float, text: str) -> None:
    assert words.attained(share) == text


def test_the_forecast_is_compared_where_there_is_a_target(built: Built, text: str) -> None:
    rows = query(
        built.database,
        "select forecast, target from marts.kpi_reviews_by_period where metric = 'bookings'"
        f" and not is_total and period_kind = 'quarter' and period_start = date '{CUTOFF}'",
    )
    compared = sum(float(forecast) for forecast, target in rows if target)
    elsewhere = sum(float(forecast) for forecast, target in rows if not target)
    share = words.attained(compared / sum(float(target) for _, target in rows if target))
    assert elsewhere > 0, "the demo has a market without a target"
    target = sum(float(target) for _, target in rows if target)
    gap = f"{words.amount(abs(target - compared))} {'short' if target > compared else 'above'}"
    against = f"{words.amount(compared)} of the target of {words.amount(target)} ({share}, {gap})"
    assert against in text
    assert f"; the other {words.amount(elsewhere)} is in markets without a target" in text


def test_the_forecast_of_new_business_stands_beside_its_own_target(built: Built, text: str) -> None:
    """What is compared with the target, and the whole, are two figures."""
    rows = query(
        built.database,
        "select forecast, target from marts.kpi_reviews_by_period where metric = 'bookings_new'"
        f" and not is_total and period_kind = 'quarter' and period_start = date '{CUTOFF}'",
    )
    compared = sum(float(forecast) for forecast, target in rows if target)
    whole = sum(float(forecast or 0) for forecast, _ in rows)
    target = sum(float(target) for _, target in rows if target)
    said = f"New business: {words.amount(compared)} of the target of {words.amount(target)} ("
    assert said in text
    assert f"; {words.amount(whole)} with markets without a target" in text


def test_leads_of_a_channel_are_those_who_met_the_definition(built: Built, cards: Cards) -> None:
    met = query(
        built.database,
        "select lifecycle.stage, journeys.first_channel, lifecycle.qualified_at"
        " from marts.fct_lifecycle as lifecycle inner join marts.fct_journeys as journeys"
        " using (journey_key) where lifecycle.stage_entry_number = 1 and lifecycle.is_qualified"
        " and lifecycle.stage in ('lead', 'mql', 'sql') and lifecycle.qualified_at is not null",
    )
    for column, span in (("qualified_count", QUARTER), ("earlier_count", EARLIER)):
        wanted = Counter((stage, channel) for stage, channel, at in met if _within(at, span))
        shown = Counter[tuple[str, str]]()
        for row in _file(cards, "leads-by-channel"):
            if row["period"] == "quarter":
                shown[row["stage"], row["key"]] += int(row[column])
        assert +shown == wanted


def test_the_way_from_definition_to_definition_counts_no_bypass(built: Built, cards: Cards) -> None:
    met: dict[str, dict[Any, datetime]] = {"mql": {}, "sql": {}}
    for stage, journey, at in query(
        built.database,
        "select stage, journey_key, min(qualified_at) from marts.fct_lifecycle"
        " where stage in ('mql', 'sql') and is_qualified and not is_inferred group by all",
    ):
        met[stage][journey] = at
    began = {journey: at for journey, at in met["mql"].items() if _within(at, EARLIER)}
    followed = [
        journey
        for journey, at in began.items()
        if journey in met["sql"] and met["sql"][journey] < at + timedelta(days=60)
    ]
    rows = [row for row in _file(cards, "definition-rates") if row["key"] == f"mql|{EARLIER[0]}"]
    assert 0 < len(followed) < len(began)
    assert sum(int(row["qualified_count"]) for row in rows) == len(began)
    assert sum(int(row["followed_count"]) for row in rows) == len(followed)


def test_what_is_late_is_counted_once(
    built: Built, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    ((limit,),) = query(
        built.database,
        "select time_limit_days from seeds.lifecycle_stages where planning_node = 'opportunity'",
    )
    late = [
        row
        for row in opportunities
        if row["outcome"] == "open"
        and (
            (row["expected_close_date"] and row["expected_close_date"] < CUTOFF)
            or (
                row["revenue_type"] != "renewal"
                and row["created_at"] + timedelta(days=limit)
                < datetime.combine(CUTOFF, datetime.min.time())
            )
        )
    ]
    amount = words.amount(sum(float(row["amount"] or 0) for row in late))
    assert len(late) > 2
    assert f"; {len(late)} of them ({amount}) are past their" in cards.said["pipeline"][0]


def test_a_new_customer_costs_ads_and_salaries(built: Built, text: str) -> None:
    with (Path(__file__).parents[2] / "seeds" / "acquisition_costs.csv").open() as file:
        costs = [row for row in csv.DictReader(file) if "2026-04" <= row["cost_month"] < "2026-07"]
    spend, wins = _kpi(built, "spend"), _kpi(built, "wins")
    each = (spend + sum(float(row["amount"]) for row in costs)) / wins
    assert costs
    assert f"each cost {words.amount(each)}, with ads, salaries, tools and events" in text


def test_renewals_at_risk_come_first(cards: Cards) -> None:
    rows = [row for row in _file(cards, "worklists") if row["list_name"] == "renewals_ahead"]
    late = [
        row
        for row in rows
        if row["expected_close_date"] and row["expected_close_date"] > row["due_date"]
    ]
    assert late
    assert f"with a renewal opportunity, {len(late)} (" in cards.said["renewals"][0]
    assert "are expected after the contract ends" in cards.said["renewals"][0]


def _quarters(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema marts")
    connection.execute("create schema seeds")
    connection.execute(
        "create table marts.kpi_reviews_by_period as"
        " select 'quarter' as period_kind, date '2026-01-01' as period_start, true as is_complete"
    )
    connection.execute("set variable as_of_date = date '2026-07-01'")
    connection.execute("set variable contract_months = 12")


def test_who_leaves_the_month_after_the_contract_has_not_renewed_it() -> None:
    """Nor has who leaves in it; who leaves before its end was not due."""
    connection = duckdb.connect()
    _quarters(connection)
    connection.execute(
        "create table marts.dim_accounts as select account_key, 'f' as funnel, 's' as industry"
        " from range(1, 6) as accounts (account_key)"
    )
    connection.execute(
        "create table marts.fct_mrr_movements as select *, case when closing_amount = 0"
        " then opening_amount else 0 end as churn_amount from (values"
        " (1, date '2025-02-01', date '2026-02-01', 10, 12),"
        " (1, date '2025-02-01', date '2026-03-01', 12, 12),"
        " (2, date '2025-02-01', date '2026-02-01', 20, 20),"
        " (2, date '2025-02-01', date '2026-03-01', 20, 0),"
        " (3, date '2025-02-01', date '2026-02-01', 40, 0),"
        " (4, date '2025-06-01', date '2026-02-01', 80, 0),"
        " (5, date '2026-02-01', date '2026-02-01', 0, 5))"
        " as rows (account_key, contract_month, movement_month, opening_amount, closing_amount)"
    )
    connection.execute(
        "create table marts.dim_opportunities as select 9 as account_key, 'won' as outcome,"
        " 'renewal' as revenue_type, timestamp '2026-01-01' as closed_at"
    )
    (row,) = read(connection, "contracts_due", queries()["contracts_due"]).records
    columns = ("due_count", "renewed_count", "due_amount", "kept_amount", "added_amount")
    assert [row[column] for column in columns] == [3, 1, 70, 10, 2]


def test_the_next_definition_counts_within_sixty_days() -> None:
    connection = duckdb.connect()
    _quarters(connection)
    connection.execute(
        "create table seeds.lifecycle_stages as select * from (values"
        " ('lead', 1, 'definition', null), ('mql', 2, 'definition', null),"
        " ('sal', 3, 'answer', null),"
        " ('opportunity', 4, 'opportunity', 'opportunity'))"
        " as rows (stage, stage_order, entered_by, planning_node)"
    )
    connection.execute(
        "create table marts.fct_lifecycle as select *, cast(null as timestamp) as entered_at,"
        " 'f' as funnel from (values (1, 'lead', timestamp '2026-01-05', 'qualified', false),"
        " (1, 'mql', timestamp '2026-03-05', 'qualified', false),"
        " (2, 'lead', timestamp '2026-01-05', 'qualified', false),"
        " (2, 'mql', timestamp '2026-03-06', 'qualified', false),"
        " (3, 'lead', timestamp '2026-03-31', 'qualified', false),"
        " (3, 'mql', timestamp '2026-04-01', 'qualified', true),"
        " (4, 'lead', timestamp '2026-02-01', 'bypass', false),"
        " (5, 'lead', timestamp '2026-04-01', 'qualified', false),"
        " (7, 'lead', timestamp '2026-05-05', 'qualified', false),"
        " (6, 'opportunity', timestamp '2026-06-01', 'qualified', false))"
        " as rows (journey_key, stage, qualified_at, qualification, is_inferred)"
    )
    rows = read(connection, "definition_rates", queries()["definition_rates"]).records
    found = {row["key"]: (row["qualified_count"], row["followed_count"]) for row in rows}
    # The first MQL came on the 59th day, the second on the 60th; the third bypassed it. Of the
    # months since the quarter, the last 60 days of April alone are over.
    assert found == {
        "lead|2026-01-01": (3, 1),
        "mql|2026-01-01": (2, 0),
        "lead|2026-04-01|month": (1, 0),
    }
    assert {row["next_stage"] for row in rows} == {"mql", "opportunity"}


@pytest.mark.parametrize(("renewed", "unsettled"), [("2026-02-10", 0), ("2025-06-01", 1)])
def test_who_has_won_a_renewal_is_not_said_to_leave(renewed: str, unsettled: int) -> None:
    """A renewal of the year before says nothing of this one."""
    connection = duckdb.connect()
    _quarters(connection)
    connection.execute(
        "create table marts.dim_accounts as select 1 as account_key, 'f' as funnel, 's' as industry"
    )
    connection.execute(
        "create table marts.fct_mrr_movements as select 1 as account_key, 0 as churn_amount,"
        " date '2025-03-01' as contract_month, date '2026-03-01' as movement_month,"
        " 10 as opening_amount, 10 as closing_amount"
    )
    connection.execute(
        "create table marts.dim_opportunities as select 1 as account_key, 'won' as outcome,"
        f" 'renewal' as revenue_type, timestamp '{renewed}' as closed_at"
    )
    (row,) = read(connection, "contracts_due", queries()["contracts_due"]).records
    assert (row["renewed_count"], row["unsettled_count"]) == (1, unsettled)


def test_customers_who_are_not_yet_onboarded_are_counted(built: Built, cards: Cards) -> None:
    """From the stages that each customer has entered, not from the handoffs."""
    ((limit,),) = query(
        built.database,
        "select time_limit_days from seeds.lifecycle_stages where stage = 'customer'",
    )
    rows = query(
        built.database,
        "select min(entered_at) filter (stage = 'customer') as won,"
        " min(entered_at) filter (stage = 'onboarded' and not is_inferred),"
        " min(entered_at) filter (stage = 'churned') from marts.fct_lifecycle"
        " group by journey_key having won >= timestamp '2025-04-01'",
    )
    waiting = [won for won, onboarded, left in rows if not onboarded and not left]
    late = [won for won in waiting if won + timedelta(days=limit) < datetime(2026, 7, 1)]
    shown = [row for row in _file(cards, "onboarding") if row["funnel"] == row["segment"] == "all"]
    for column, wanted in (
        ("customer_count", len(rows)),
        ("open_count", len(waiting)),
        ("overdue_count", len(late)),
    ):
        assert sum(int(row[column]) for row in shown) == wanted, column
    assert late
    said = f"{len(waiting)} customers of the last five quarters are not yet onboarded, {len(late)} "
    assert cards.said["onboarding"][0].startswith(said)


def test_who_has_time_left_or_has_left_is_not_late_with_onboarding() -> None:
    connection = duckdb.connect()
    _quarters(connection)
    connection.execute(
        "create table seeds.lifecycle_stages as select 'customer' as stage, 'win' as planning_node"
    )
    connection.execute(
        "create table marts.handoffs as select *, 'customer_to_onboarded' as step, 'f' as funnel,"
        " 's' as segment, timestamp '2026-03-01' as handed_over_at from (values"
        " (1, 'accepted_in_time', 'in_time', 10), (2, 'accepted_late', 'late', 60),"
        " (3, 'waiting', 'waiting', null), (4, 'never_worked', 'overdue', null),"
        " (5, 'never_worked', 'late', 400))"
        " as rows (journey_key, handoff_result, timing, answer_days)"
    )
    connection.execute(
        "create table marts.fct_journeys as select journey_key, case when journey_key = 5"
        " then timestamp '2026-04-01' end as churned_at from range(1, 6) as keys (journey_key)"
    )
    rows = read(connection, "onboarding", queries()["onboarding"])
    (row,) = rows.where(funnel="all")
    columns = ("customer_count", "onboarded_count", "in_time_count", "open_count", "overdue_count")
    assert [row[column] for column in columns] == [5, 2, 1, 2, 1]
    assert row["median_days"] == 35
    connection.execute("delete from marts.handoffs where handoff_result like 'accepted%'")
    assert not read(connection, "onboarding", queries()["onboarding"]).records


def test_what_is_due_without_an_amount_is_counted() -> None:
    connection = duckdb.connect()
    _quarters(connection)
    connection.execute(
        "insert into marts.kpi_reviews_by_period values ('quarter', date '2026-07-01', false)"
    )
    connection.execute(
        "create table marts.dim_opportunities as select 1 as account_key, 1 as owner_key,"
        " 'crm' as system, '7' as record_id, '' as record_url, 'new' as revenue_type,"
        " 'best_case' as pipeline_class, null::decimal(18, 2) as amount, 0 as push_count,"
        " date '2026-08-01' as expected_close_date, 'f' as funnel, 'open' as outcome,"
        " timestamp '2026-06-01' as created_at"
    )
    connection.execute(
        "create table marts.dim_accounts as select 1 as account_key, 'A' as account_name,"
        " 'prospect' as customer_state, null::timestamp as customer_at"
    )
    connection.execute(
        "create table marts.dim_owners as select 1 as owner_key, 'crm' as system, '1' as user_id,"
        " 'sales' as team"
    )
    (row,) = read(connection, "due_opportunities", queries()["due_opportunities"]).records
    assert (row["due_count"], row["due_amount"]) == (1, 0)


def test_a_customer_has_the_channel_of_the_first_win() -> None:
    """A win from before the records has no day, and is no later one."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.fct_journeys as select *, true as has_win from (values"
        " (1, 'email', timestamp '2024-01-01'), (1, 'events', timestamp '2025-01-01'),"
        " (2, 'partners', null))"
        " as rows (account_key, first_channel, win_at)"
    )
    connection.execute(
        "create table marts.dim_accounts as select account_key, 'f' as funnel, 's' as industry"
        " from range(1, 3) as accounts (account_key)"
    )
    connection.execute(
        "create table marts.fct_mrr_movements as select account_key, movement_month,"
        " account_key as opening_amount, account_key as closing_amount"
        " from range(1, 3) as accounts (account_key), (values (date '2025-07-01'),"
        " (date '2026-06-01')) as months (movement_month)"
    )
    rows = read(connection, "retention_slices", queries()["retention_slices"])
    found = {row["value"]: row["customer_count"] for row in rows.where(dimension="channel")}
    assert found == {"email": 1, "partners": 1}


def test_retention_of_a_first_channel_is_that_of_its_customers(built: Built, cards: Cards) -> None:
    """By the mart that holds recurring revenue by channel."""
    wanted = {
        channel: (int(customers), int(left), float(opening), float(kept))
        for channel, customers, left, opening, kept in query(
            built.database,
            "select channel, sum(year_opening_customer_count), sum(year_churned_customer_count),"
            " sum(year_opening_amount), sum(year_gross_amount) from marts.kpi_mrr_by_period"
            " where period_kind = 'month' and period_start = date '2026-06-01' group by 1"
            " having sum(year_opening_amount) > 0",
        )
    }
    shown = {
        row["value"]: (
            int(row["customer_count"]),
            int(row["lost_count"]),
            float(row["opening_amount"]),
            float(row["retained_amount"]),
        )
        for row in _file(cards, "retention-by")
        if row["dimension"] == "channel"
    }
    assert shown == {name: pytest.approx(values, abs=0.05) for name, values in wanted.items()}


def test_expansion_with_a_renewal_is_of_who_won_one(built: Built, cards: Cards) -> None:
    rows = query(
        built.database,
        "select movements.expansion_amount, exists (select 1 from marts.dim_opportunities as won"
        " where won.account_key = movements.account_key and won.outcome = 'won'"
        " and won.revenue_type = 'renewal' and won.closed_at < movements.movement_month"
        " + interval 1 month and won.closed_at > movements.movement_month - interval 3 month)"
        " from marts.fct_mrr_movements as movements where movements.expansion_amount > 0"
        f" and movement_month >= date '{QUARTER[0]}' and movement_month < date '{QUARTER[1]}'",
    )
    renewed = sum(float(amount) for amount, has_renewed in rows if has_renewed)
    title = cards.said["mrr-by-quarter"][0]
    said = f"({words.amount(renewed)} of it with a renewal; {len(rows)} customers)"
    assert (said in title) == (renewed > 0), (said, title)


def test_an_owner_has_the_target_and_what_is_due_of_this_quarter(
    built: Built, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    due = defaultdict[Any, float](float)
    for row in opportunities:
        day = row["expected_close_date"]
        if row["outcome"] == "open" and row["revenue_type"] == "new" and day:
            due[row["owner_key"]] += (
                float(row["amount"]) if CUTOFF <= day < date(2026, 10, 1) else 0
            )
    rows = _file(cards, "owner-sales")
    shown = sorted(float(row["due_amount"]) for row in rows if float(row["due_amount"]))
    assert shown == pytest.approx(sorted(amount for amount in due.values() if amount))
    targets = query(
        built.database,
        "select owner, sum(target) from seeds.kpi_targets where metric = 'bookings_new'"
        f" and owner is not null and period_kind = 'quarter' and period_start = date '{CUTOFF}'"
        " group by owner",
    )
    assert targets
    asked = {row["user_id"]: float(row["next_target"]) for row in rows if row["next_target"]}
    assert asked == {owner: float(target) for owner, target in targets}


@pytest.mark.parametrize(
    ("followed", "met", "before", "met_before", "is_chance"),
    # Of the demo of 8,000 people; the same shares of ten times as many are no chance.
    [(106, 222, 86, 205, True), (1060, 2220, 860, 2050, False), (0, 0, 3, 9, True)],
)
def test_a_change_of_a_rate_may_be_chance(
    followed: int, met: int, before: int, met_before: int, is_chance: bool
) -> None:
    assert definitions.is_chance(followed, met, before, met_before) == is_chance


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Short; and good", "Short; and good"),
        (f"First ({'a; ' * 3}b); {'word ' * 30}", f"First ({'a; ' * 3}b)"),
        ("word " * 30, "word " * 30),
    ],
)
def test_a_long_title_ends_with_a_clause(title: str, headline: str) -> None:
    block = Block("card", title, Rows("card", ()))
    assert block.headline == headline
    assert "; ".join(filter(None, (block.headline, block.rest))) == title


def test_no_title_is_long_and_no_date_is_broken(page: Path) -> None:
    html = page.read_text()
    for title in re.findall(r'<h3 id="[\w-]+-title">(.*?)</h3>', html, re.DOTALL):
        shown = re.sub("<.*?>", "", title).replace("\u00a0", " ").split()
        assert len(shown) <= 30, title
    cells = re.findall(r"<td><span>(\d+\s\w+\s\d{4})</span></td>", html)
    assert cells
    assert not [cell for cell in cells if " " in cell]


def test_campaigns_that_only_touched_are_counted(built: Built, cards: Cards) -> None:
    shown = {row["campaign"] for row in _file(cards, "campaigns")}
    rows = query(
        built.database,
        "select campaign, sum(influenced_opportunity_count) as touched from marts.kpi_campaigns"
        " where month_start >= date '2025-07-01' and campaign != 'unknown'"
        " group by channel, campaign having touched > 0",
    )
    others = [name for name, _ in rows if name not in shown]
    assert others
    said = " ".join(cards.said["campaigns"])
    assert f" {len(others)} more campaigns brought no lead in these" in said


def test_an_opportunity_of_a_paid_channel_has_its_cost(
    built: Built, cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    created = Counter(
        row["channel"]
        for row in opportunities
        if row["revenue_type"] == "new" and _within(row["created_at"], (date(2025, 7, 1), CUTOFF))
    )
    spent = query(
        built.database,
        "select channel, channel_name, sum(spend_amount) from marts.kpi_campaigns"
        " inner join seeds.channels using (channel)"
        " where month_start >= date '2025-07-01' group by all having sum(spend_amount) > 0",
    )
    assert spent
    said = cards.said["costs"]
    for channel, name, amount in spent:
        place = said.index(name)
        each = words.amount(float(amount) / created[channel])
        assert each in said[place : place + 8], (name, each, said[place : place + 8])


def test_countries_add_up_to_new_business(
    cards: Cards, opportunities: list[dict[str, Any]]
) -> None:
    won = [
        row
        for row in opportunities
        if row["revenue_type"] == "new"
        and row["outcome"] == "won"
        and _within(row["closed_at"], (date(2025, 7, 1), CUTOFF))
    ]
    said = cards.said["slices"]
    rows = said[said.index("By country of the account") :]
    of_closed = [text for text in rows if re.fullmatch(r"\d+ of \d+", text)]
    assert sum(int(text.partition(" ")[0]) for text in of_closed) == len(won)
    assert "United States" in rows


def test_the_customers_of_all_owners_are_all_customers(
    cards: Cards, balances: Balances, built: Built
) -> None:
    rows = _file(cards, "customer-owners")
    last = max(month for months in balances.values() for month in months)
    paying = {key: months[last][1] for key, months in balances.items() if last in months}
    paying = {key: amount for key, amount in paying.items() if amount > 0}
    assert int(rows[0]["owner_count"]) == len(rows), "few enough to be shown"
    assert sum(int(row["customer_count"]) for row in rows) == len(paying)
    assert sum(float(row["mrr_amount"]) for row in rows) == pytest.approx(sum(paying.values()))
    ahead = [row for row in _file(cards, "worklists") if row["list_name"] == "renewals_ahead"]
    due = [row for row in ahead if row["finding"] == "renewal_due"]
    assert sum(int(row["due_count"]) for row in rows) == len(due)
    # Each of them, from the opportunities alone.
    users = {
        key: (system, user)
        for key, system, user in query(
            built.database, "select owner_key, system, user_id from marts.dim_owners"
        )
    }
    latest: dict[Any, tuple[datetime, Any]] = {}
    for key, closed, owner in query(
        built.database,
        "select account_key, closed_at, owner_key from marts.dim_opportunities"
        " where outcome = 'won'",
    ):
        latest[key] = max(latest.get(key, (datetime.min, None)), (closed, owner))
    begun = date(last.year - 1, last.month, 1) + timedelta(days=31)
    before = {
        key: months[begun.replace(day=1)][0]
        for key, months in balances.items()
        if begun.replace(day=1) in months and months[begun.replace(day=1)][0] > 0
    }
    kept: dict[Any, float] = defaultdict(float)
    for key, amount in before.items():
        kept[users[latest[key][1]]] += min(amount, paying.get(key, 0))
    assert kept
    for row in rows:
        wanted = kept[row["system"], row["user_id"]]
        assert float(row["kept_amount"]) == pytest.approx(wanted, abs=0.05)
    assert sum(float(row["year_before_amount"]) for row in rows) == pytest.approx(
        sum(before.values())
    )
    own = Counter(users[latest[key][1]] for key in paying)
    shown = {(row["system"], row["user_id"]): int(row["customer_count"]) for row in rows}
    assert {user: count for user, count in shown.items() if count} == own


def test_the_win_rate_by_amount_stands_beside_that_of_a_year_before(
    text: str, opportunities: list[dict[str, Any]]
) -> None:
    def rate(first: date, after: date, without: float = 0) -> str:
        closed = [
            row
            for row in opportunities
            if row["revenue_type"] == "new"
            and row["outcome"] in ("won", "lost")
            and _within(row["closed_at"], (first, after))
        ]
        won = sum(float(row["won_amount"] or 0) for row in closed if row["outcome"] == "won")
        lost = sum(float(row["amount"] or 0) for row in closed if row["outcome"] == "lost")
        return words.percent(won / (won + lost - without), 1)

    now, before = rate(*QUARTER), rate(*EARLIER)
    year_before = rate(date(2025, 4, 1), date(2025, 7, 1))
    assert f"of the amount {now}, {before} before, {year_before} a year before" in text
    year, earlier = rate(date(2025, 7, 1), CUTOFF), rate(date(2024, 7, 1), date(2025, 7, 1))
    assert f"by amount {year}, {earlier} the year before" in text


def _wins(*rows: tuple[str, str, float]) -> Rows:
    records = tuple((*row, 9, "quarter", "Alder" if row[0] == "new" else None) for row in rows)
    return Rows(
        "largest_by_kind",
        (),
        ("revenue_type", "funnel", "largest_amount", "win_count", "period", "largest_account"),
        records,
    )


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        # 1,000 booked against 800, of which 300 and 200 are one win each.
        (
            (("new", "all", 300), ("renewal", "all", 200)),
            "62% without one win of new business of 300 (Alder) and one renewal of 200",
        ),
        (
            (("new", "all", 300), ("renewal", "all", 20)),
            "88% without one win of new business of 300 (Alder)",
        ),
        ((("new", "all", 90), ("renewal", "all", 80)), ""),
    ],
)
def test_attainment_is_said_without_the_wins_that_are_much_of_it(
    wins: tuple[tuple[str, str, float], ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company({"largest_by_kind": _wins(*wins)}, CUTOFF, "USD")
    monkeypatch.setattr(Company, "last", lambda *_: QUARTER[0])
    row = {"metric": "bookings", "actual": 1000, "compared_actual": 1000, "target": 800}
    assert tiles._without_the_largest_wins(company, QUARTER[0], row) == said


def test_what_is_late_is_parted_into_what_counts_in_coverage_and_what_is_left_over(
    cards: Cards, built: Built
) -> None:
    said = " ".join(cards.said["overdue"])
    bought = dict(query(built.database, "select account_key, customer_at from marts.dim_accounts"))
    late = query(
        built.database,
        "select account_key, revenue_type, amount, created_at from marts.dim_opportunities"
        f" where outcome = 'open' and expected_close_date < '{CUTOFF}'",
    )
    left_over = [
        float(amount or 0)
        for account, kind, amount, created in late
        if kind == "expansion" and bought.get(account) and created < bought[account]
    ]
    assert left_over
    assert f"Of them, {len(left_over)} ({words.amount(sum(left_over))}) are first sales" in said


def test_what_was_committed_was_won_lost_or_slipped(cards: Cards, built: Built) -> None:
    """From the opportunities alone: what became of each that was committed when the month began."""
    rows = [row for row in _file(cards, "slippage") if row["period_kind"] == "month"]
    committed = query(
        built.database,
        "select waterfall.period_start, waterfall.opening_amount, opportunities.outcome,"
        " opportunities.closed_at, opportunities.amount, opportunities.won_amount"
        " from marts.fct_pipeline_waterfall_by_period as waterfall"
        " inner join marts.dim_opportunities as opportunities using (opportunity_key)"
        " where waterfall.period_kind = 'month' and waterfall.basis = 'due_in_period'"
        " and waterfall.is_opening_commit",
    )
    lost: dict[date, float] = defaultdict(float)
    for start, amount, outcome, closed, *_ in committed:
        after = (start + timedelta(days=31)).replace(day=1)
        if outcome == "lost" and start <= closed.date() < after:
            lost[start] += float(amount)
    assert lost
    checked = 0
    for row in rows:
        start = date.fromisoformat(row["period_start"][:10])
        if row["commit_amount"] and start < CUTOFF:
            checked += 1
            assert float(row["commit_lost_amount"] or 0) == pytest.approx(lost[start], rel=0.05)
    assert checked


@pytest.mark.parametrize(("count", "is_said"), [(2, True), (300, False)])
def test_customers_without_onboarding_are_counted_only_in_a_list_that_is_whole(
    count: int, is_said: bool
) -> None:
    """The page has the first rows of a long list: what it counts there would be too few."""
    counts = (("renewals_ahead", count), ("late_onboardings", 4))
    listed = (("renewals_ahead", True), ("renewals_ahead", False))
    company = Company(
        {
            "worklist_counts": Rows("counts", (), ("shown_list", "item_count"), counts),
            "worklists": Rows("lists", (), ("list_name", "is_never_onboarded"), listed),
        },
        CUTOFF,
        "USD",
    )
    assert (
        "4 are in the list Late onboarding and 1 in" in handoffs._where_listed(company)
    ) == is_said
