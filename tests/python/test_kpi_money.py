"""The KPIs of money, told again in Python from the core marts and the demo's truth."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from tests.python.conftest import Built, query
from tests.python.kpi_money_story import (
    MARGIN,
    Row,
    ends,
    month_before,
    quarter,
    rows,
    share,
    told_in,
    total,
)
from tools.run_dbt import run_dbt


def test_bookings_and_win_rate_are_the_truths(built: Built) -> None:
    """From the truth's deals: how many closed in each quarter, and how many of them were won."""
    truth = built.truth / "deals.parquet"
    closed: dict[date, Counter[str]] = defaultdict(Counter)
    for deal in rows(built, f"from '{truth}' where not is_deleted and outcome != 'open'"):
        closed[quarter(deal["closed_at"])][deal["outcome"]] += 1
    told = rows(
        built,
        "select period_start, sum(won_count) as won, sum(lost_count) as lost"
        " from marts.kpi_sales where period_kind = 'quarter' group by period_start",
    )
    assert {row["period_start"]: (row["won"], row["lost"]) for row in told} == {
        start: (count["won"], count["lost"]) for start, count in closed.items()
    }


def test_each_quarters_review_is_what_the_fact_says(built: Built) -> None:
    """Leads, wins, bookings, average deal, days to close, win rate: new business, all funnels."""
    fact = rows(built, "from marts.fct_lifecycle where visit_number = 1 and entered_at is not null")
    deals = rows(built, "from marts.dim_opportunities")
    wins = {row["opportunity_key"]: row for row in fact if row["stage"] == "customer"}
    told = told_in(built, "quarter")
    for start in sorted({start for start, _ in told}):
        own = [row for row in fact if quarter(row["entered_at"]) == start]
        won = [row for row in own if row["stage"] == "customer"]
        closed = [
            deal
            for deal in deals
            if deal["closed_at"] and quarter(deal["closed_at"]) == start and _is_new(deal, wins)
        ]
        amount = total(row["amount"] for row in won)
        assert told[start, "leads"] == sum(row["stage"] == "lead" for row in own)
        assert told[start, "wins"] == len(won)
        assert told[start, "bookings_new"] == amount
        assert told[start, "deal_value"] == share(amount, len(won))
        assert told[start, "win_rate"] == share(len(won), len(closed))


def _is_new(deal: Row, wins: dict[int, Row]) -> bool:
    if deal["outcome"] == "won":
        return deal["opportunity_key"] in wins
    return bool(deal["opportunity_type"] == "new")


def test_the_pipeline_is_what_the_deals_histories_say(built: Built) -> None:
    """Each deal's events replayed one by one: open at a quarter's end, and worked on in it."""
    told = rows(
        built,
        "select period_start, sum(open_count) as open_count, sum(open_amount) as amount"
        " from marts.kpi_pipeline where period_kind = 'quarter' group by period_start",
    )
    worked = query(
        built.database,
        "select period_start, sum(worked_count) from marts.kpi_sales"
        " where period_kind = 'quarter' group by period_start",
    )
    spells = [spell for deal in _histories(built).values() for spell in _replayed(deal)]
    for row in told:
        end = ends(row["period_start"])
        held = [amount for _, starts, stops, amount in spells if starts < end <= stops]
        assert (row["open_count"], row["amount"]) == (len(held), sum(held))
    for start, count in worked:
        begin, end = datetime(start.year, start.month, 1), ends(start)
        assert count == len({key for key, one, other, _ in spells if one < end and other > begin})


def _histories(built: Built) -> dict[int, tuple[Row, list[Row]]]:
    deals = rows(
        built,
        "select deals.opportunity_key, deals.created_at, deals.closed_at, deals.currency,"
        " owned.amount from marts.dim_opportunities as deals"
        " inner join intermediate.int_opportunity_persons_assigned as owned using (opportunity_key)",
    )
    rates = rows(built, "from seeds.exchange_rates order by currency, valid_from")
    found: dict[int, tuple[Row, list[Row]]] = {}
    for deal in deals:
        known = [rate for rate in rates if rate["currency"] == deal["currency"]]
        place = bisect_right([rate["valid_from"] for rate in known], deal["created_at"].date())
        deal["rate"] = known[max(place - 1, 0)]["rate"]
        found[deal["opportunity_key"]] = (deal, [])
    events = "from intermediate.int_opportunity_stages_unioned"
    for event in rows(built, f"{events} order by entered_at, source_key"):
        if event["opportunity_key"] in found:
            found[event["opportunity_key"]][1].append(event)
    return found


def _replayed(history: tuple[Row, list[Row]]) -> Iterator[tuple[int, datetime, datetime, Decimal]]:
    deal, events = history
    last = deal["closed_at"] or datetime.max
    since, amount, is_open = deal["created_at"], deal["amount"], True
    for event in [*events, {"entered_at": last, "stage": None, "amount": None}]:
        now = min(event["entered_at"], last)
        if is_open and now > since:
            worth = (amount * deal["rate"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
            yield deal["opportunity_key"], since, now, worth
        since = max(now, since)
        amount = event["amount"] if event["amount"] is not None else amount
        is_open = event["stage"] not in ("customer", "lost") if event["stage"] else is_open


def test_recurring_revenue_of_a_quarter_is_its_accounts(built: Built) -> None:
    """NRR, GRR, logo churn and quick ratio from what each account paid at either end."""
    closing: dict[tuple[int, date], Decimal] = {}
    for row in rows(built, "from marts.fct_mrr_movements"):
        closing[row["account_key"], row["movement_month"]] = row["closing_amount"]
    accounts = {account for account, _ in closing}
    told = told_in(built, "quarter")
    for start in sorted({start for start, _ in told}):
        before, last = month_before(start), month_before(ends(start).date())
        pairs = [
            (closing.get((account, before), Decimal(0)), closing.get((account, last), Decimal(0)))
            for account in accounts
        ]
        opening = total(old for old, _ in pairs)
        stayed = [(old, new) for old, new in pairs if old]
        assert told[start, "nrr"] == share(total(new for _, new in stayed), opening)
        assert told[start, "grr"] == share(total(min(pair) for pair in stayed), opening)
        assert told[start, "mrr"] == total(new for _, new in pairs)
        gone = sum(not new for _, new in stayed)
        assert told[start, "logo_churn"] == share(gone, len(stayed))


def test_cac_and_ltv_by_channel_are_the_same_peoples(built: Built) -> None:
    """Spend and customers by the quarter in which people first came, from the core marts."""
    journeys = rows(built, "from marts.fct_journeys where started_at is not null")
    firsts: dict[int, Row] = {}
    for journey in sorted(journeys, key=lambda each: each["win_at"] or datetime.max):
        if journey["has_win"]:
            firsts.setdefault(journey["account_key"] or journey["journey_key"], journey)
    came = Counter(quarter(journey["started_at"]) for journey in journeys)
    bought = Counter(quarter(journey["started_at"]) for journey in firsts.values())
    spend = dict(query(built.database, SPEND))
    told = rows(built, "from marts.kpi_unit_economics where slice_name = 'quarter'")
    assert len(told) >= 10
    for row in told:
        start = date.fromisoformat(row["slice_value"])
        assert row["journey_count"] == came[start]
        assert row["customer_count"] == bought[start]
        assert row["spend_amount"] == spend[start]
        cac = spend[start] / bought[start] if bought[start] else None
        assert row["cac_amount"] == (cac and cac.quantize(Decimal("0.01"), ROUND_HALF_UP))
        _worth_holds(built, row, {key for key, each in firsts.items() if _came(each, start)})


SPEND = """
    select
        cast(date_trunc('quarter', spend_date) as date),
        sum(cast(round(amount * rate, 2) as decimal(18, 2)))
    from intermediate.int_ad_spend_unioned as spend
    asof join seeds.exchange_rates as rates
        on spend.currency = rates.currency and spend.spend_date >= rates.valid_from
    group by 1
"""


def _came(journey: Row, start: date) -> bool:
    return quarter(journey["started_at"]) == start


def _worth_holds(built: Built, row: Row, customers: set[int]) -> None:
    """LTV = ARPA x margin / churn, of all customers while too few of these have left."""
    months = rows(built, "from marts.fct_mrr_movements")
    own = [month for month in months if month["account_key"] in customers]
    gone = sum(month["churn_amount"] > 0 for month in months)
    at_risk = sum(month["opening_amount"] > 0 for month in months)
    paying = [month["closing_amount"] for month in own if month["closing_amount"] > 0]
    churn = share(gone, at_risk)
    assert row["churn_rate"] == churn
    if not paying or not churn:
        assert row["ltv_amount"] is None
        return
    wanted = total(iter(paying)) / len(paying) * MARGIN / churn
    assert abs(row["ltv_amount"] - wanted) < Decimal("0.02")


def test_the_pipeline_of_the_past_is_what_was_known_then(built: Built, tmp_path: Path) -> None:
    """Not relative to the day of the build: a build that looks up to then holds the same deals."""
    then = tmp_path / "then.duckdb"
    then.write_bytes(built.database.read_bytes())
    moment = "2026-01-01"
    models = ["run", "--quiet", "--select", "+pipeline_spells"]
    assert run_dbt(models, then, tmp_path / "target", {"cutoff": moment}).success
    spells = f"from intermediate.int_pipeline_intervals_dated where starts_at < '{moment}' and ends_at >= '{moment}'"
    columns = "select opportunity_key, pipeline_class, pipeline_stage_name, amount"
    deals = {
        key
        for (key,) in query(
            built.database, "select opportunity_key from intermediate.int_opportunities_described"
        )
    }
    known = [row for row in query(then, f"{columns} {spells} order by 1") if row[0] in deals]
    assert known == query(built.database, f"{columns} {spells} order by 1")
    assert len(known) > 5
