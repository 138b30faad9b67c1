"""The KPIs of revenue, computed again in Python from the core marts and the demo's truth."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from csv import DictReader
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from funnel.places import ROOT
from tests.python.conftest import UNTIL, Built, query
from tests.python.revenue_story import (
    MARGIN,
    Row,
    ends,
    kpi_values,
    month_before,
    quarter,
    rows,
    share,
    total,
)
from tests.python.warm_dbt import run_dbt


def test_won_and_lost_opportunities_are_those_of_the_truth(built: Built) -> None:
    """How many of the truth's opportunities closed in each quarter, and how many were won."""
    truth = built.truth / "deals.parquet"
    closed: dict[date, Counter[str]] = defaultdict(Counter)
    for opportunity in rows(built, f"from '{truth}' where not is_deleted and outcome != 'open'"):
        closed[quarter(opportunity["closed_at"])][opportunity["outcome"]] += 1
    actual = rows(
        built,
        "select period_start, sum(won_count) as won, sum(lost_count) as lost"
        " from marts.kpi_sales_by_period where period_kind = 'quarter' group by period_start",
    )
    assert {row["period_start"]: (row["won"], row["lost"]) for row in actual} == {
        start: (count["won"], count["lost"]) for start, count in closed.items()
    }


STAGES = {"mqls": "mql", "sals": "sal", "sqls": "sql", "opportunities": "opportunity"}


def test_the_kpis_of_each_quarter_equal_the_fact(built: Built) -> None:
    """Stages, bookings, average amount won, days to close and win rate, of all funnels."""
    entries = "from marts.fct_lifecycle where stage_entry_number = 1 and entered_at is not null"
    fact = rows(built, entries)
    met = [row for row in fact if row["qualified_at"]]
    opportunities = rows(built, "from marts.dim_opportunities")
    wins = {row["opportunity_key"]: row for row in fact if row["stage"] == "customer"}
    first: dict[int, datetime] = {}
    for row in wins.values():
        account = row["account_key"]
        first[account] = min(row["entered_at"], first.get(account, row["entered_at"]))
    actual = kpi_values(built, "quarter")
    for start in sorted({start for start, _ in actual}):
        own = [row for row in fact if quarter(row["entered_at"]) == start]
        won = [row for row in own if row["stage"] == "customer"]
        closed = [
            opportunity
            for opportunity in opportunities
            if opportunity["closed_at"]
            and quarter(opportunity["closed_at"]) == start
            and _is_new(opportunity, wins, first)
        ]
        amount = total(row["amount"] for row in won)
        qualified = [row for row in met if quarter(row["qualified_at"]) == start]
        assert actual[start, "leads"] == sum(row["stage"] == "lead" for row in qualified)
        assert actual[start, "wins"] == len(won)
        assert actual[start, "bookings_new"] == amount
        assert actual[start, "opportunity_value"] == share(amount, len(won))
        assert actual[start, "win_rate"] == share(len(won), len(closed))
        for metric, stage in STAGES.items():
            assert actual[start, metric] == sum(row["stage"] == stage for row in qualified), metric
        booked = [each for each in opportunities if each["outcome"] == "won"]
        booked = [each for each in booked if each["closed_at"]]
        booked = [each for each in booked if quarter(each["closed_at"]) == start]
        for kind in ("renewal", "expansion"):
            own_kind = total(each["amount"] for each in booked if each["revenue_type"] == kind)
            assert actual[start, f"bookings_{kind}"] == own_kind
        assert actual[start, "bookings"] == total(each["amount"] for each in booked)
        waits = [
            (each["closed_at"] - each["created_at"]).total_seconds() / 86400
            for each in booked
            if each["revenue_type"] == "new"
        ]
        mean = sum(waits) / len(waits) if waits else 0
        assert float(actual[start, "cycle_days"] or 0) == pytest.approx(mean, abs=0.01)


def _is_new(opportunity: Row, wins: dict[int, Row], first: dict[int, datetime]) -> bool:
    """Whether it could make the account a customer: nothing of it is new after its first win."""
    if opportunity["outcome"] == "won":
        return opportunity["opportunity_key"] in wins
    bought_at = first.get(opportunity["account_key"]) if opportunity["account_key"] else None
    return opportunity["opportunity_type"] == "new" and not (
        bought_at and bought_at < opportunity["closed_at"]
    )


def test_the_pipeline_follows_from_the_history_of_each_opportunity(built: Built) -> None:
    """Events of each opportunity in order: open at the end of a quarter, and worked on in it.

    One that closed when it was entered was never open, but worked on.
    """
    actual = rows(
        built,
        "select period_start, sum(closing_count) as open_count, sum(closing_amount) as amount"
        " from marts.fct_pipeline_waterfall_by_period"
        " where period_kind = 'quarter' and basis = 'all_open' group by period_start",
    )
    worked = query(
        built.database,
        "select period_start, sum(open_in_period_count) from marts.kpi_sales_by_period"
        " where period_kind = 'quarter' group by period_start",
    )
    histories = _histories(built)
    intervals = [
        interval for opportunity in histories.values() for interval in _open_intervals(opportunity)
    ]
    for row in actual:
        end = ends(row["period_start"])
        open_amounts = [amount for _, starts, stops, amount in intervals if starts < end <= stops]
        assert (row["open_count"], row["amount"]) == (len(open_amounts), sum(open_amounts))
    for start, count in worked:
        begin, end = datetime(start.year, start.month, 1), ends(start)
        closed = {
            key
            for key, (opportunity, _) in histories.items()
            if opportunity["closed_at"] and begin <= opportunity["closed_at"] < end
        }
        was_open = {key for key, one, other, _ in intervals if one < end and other > begin}
        assert count == len(was_open | closed)


def _histories(built: Built) -> dict[int, tuple[Row, list[Row]]]:
    opportunities = rows(
        built,
        "select opportunities.opportunity_key, opportunities.created_at, opportunities.closed_at,"
        " opportunities.currency, sources.amount from marts.dim_opportunities as opportunities"
        " inner join intermediate.int_opportunity_persons_assigned as sources"
        " using (opportunity_key)",
    )
    rates = rows(built, "from seeds.exchange_rates order by currency, valid_from")
    found: dict[int, tuple[Row, list[Row]]] = {}
    for opportunity in opportunities:
        known = [rate for rate in rates if rate["currency"] == opportunity["currency"]]
        place = bisect_right(
            [rate["valid_from"] for rate in known], opportunity["created_at"].date()
        )
        opportunity["rate"] = known[max(place - 1, 0)]["rate"]
        found[opportunity["opportunity_key"]] = (opportunity, [])
    changes = "from intermediate.int_opportunity_changes_rows_checked where reason_code is null"
    for event in rows(built, f"{changes} order by changed_at, source_key"):
        if event["opportunity_key"] in found:
            found[event["opportunity_key"]][1].append(event)
    return found


def _open_intervals(
    history: tuple[Row, list[Row]],
) -> Iterator[tuple[int, datetime, datetime, Decimal]]:
    opportunity, events = history
    last = opportunity["closed_at"] or datetime.max
    since, amount, is_open = opportunity["created_at"], opportunity["amount"], True
    for event in [*events, {"changed_at": last, "stage": None, "amount": None}]:
        now = min(event["changed_at"], last)
        if is_open and now > since:
            converted = (amount * opportunity["rate"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
            yield opportunity["opportunity_key"], since, now, converted
        since = max(now, since)
        amount = event["amount"] if event["amount"] is not None else amount
        is_open = event["stage"] not in ("customer", "lost") if event["stage"] else is_open


def test_recurring_revenue_of_a_quarter_is_that_of_its_accounts(built: Built) -> None:
    """NRR, GRR and logo churn of twelve months from what each account paid at either end; MRR."""
    closing: dict[tuple[int, date], Decimal] = {}
    for row in rows(built, "from marts.fct_mrr_movements"):
        closing[row["account_key"], row["movement_month"]] = row["closing_amount"]
    accounts = {account for account, _ in closing}
    actual = kpi_values(built, "quarter")
    for start in sorted({start for start, _ in actual}):
        last = month_before(ends(start).date())
        before = last.replace(year=last.year - 1)
        pairs = [
            (closing.get((account, before), Decimal(0)), closing.get((account, last), Decimal(0)))
            for account in accounts
        ]
        opening = total(old for old, _ in pairs)
        retained = [(old, new) for old, new in pairs if old]
        assert actual[start, "nrr"] == share(total(new for _, new in retained), opening)
        assert actual[start, "grr"] == share(total(min(pair) for pair in retained), opening)
        assert actual[start, "mrr"] == total(new for _, new in pairs)
        churned_count = sum(not new for _, new in retained)
        assert actual[start, "logo_churn"] == share(churned_count, len(retained))


PAID = """
    with intervals as (
        select account_id, monthly_amount * rate as amount, started_at, ended_at
        from (
            select *, cast(min(started_at) over (partition by account_id, currency) as date) as day
            from '{truth}/subscriptions.parquet'
        ) as subscriptions
        asof join seeds.exchange_rates as rates
            on subscriptions.currency = rates.currency and subscriptions.day >= rates.valid_from
    )
    select account_id, sum(amount) from intervals
    where started_at < '{moment}' and (ended_at is null or ended_at >= '{moment}')
    group by account_id
"""


def test_retention_spans_twelve_months_by_the_subscriptions_of_the_truth(built: Built) -> None:
    """Each account's subscriptions at the end of a quarter, and on the same day a year before."""
    actual, seen = kpi_values(built, "quarter"), 0
    for start in sorted({start for start, _ in actual if ends(start) <= UNTIL}):
        now, then = (
            dict(query(built.database, PAID.format(truth=built.truth, moment=moment)))
            for moment in (ends(start), ends(start).replace(year=ends(start).year - 1))
        )
        if not then:
            assert actual[start, "nrr"] is None, start
            continue
        kept = {account: now.get(account, 0) for account in then}
        paid = sum(then.values())
        lost = sum(not amount for amount in kept.values())
        capped = sum(min(kept[account], then[account]) for account in then)
        wanted = {"nrr": sum(kept.values()) / paid, "grr": capped / paid}
        wanted["logo_churn"] = lost / len(then)
        for metric, value in wanted.items():
            assert float(actual[start, metric] or 0) == pytest.approx(value, abs=2e-6), start
        seen += lost
    assert seen


def test_cac_and_ltv_of_a_quarter_are_those_of_the_same_journeys(built: Built) -> None:
    """Spend and customers by the quarter in which journeys started, from the core marts."""
    journeys = rows(built, "from marts.fct_journeys where started_at is not null")
    firsts: dict[int, Row] = {}
    for journey in sorted(journeys, key=lambda each: each["win_at"] or datetime.max):
        if journey["has_win"]:
            firsts.setdefault(journey["account_key"] or journey["journey_key"], journey)
    started = Counter(quarter(journey["started_at"]) for journey in journeys)
    customers = Counter(quarter(journey["started_at"]) for journey in firsts.values())
    spend = dict(query(built.database, SPEND))
    costs: dict[date, Decimal] = defaultdict(Decimal)
    with (ROOT / "seeds" / "acquisition_costs.csv").open() as lines:
        for cost in DictReader(lines):
            costs[quarter(date.fromisoformat(cost["cost_month"]))] += Decimal(cost["amount"])
    actual = rows(built, "from marts.kpi_unit_economics_by_slice where slice_name = 'quarter'")
    assert len(actual) >= 10
    for row in actual:
        start = date.fromisoformat(row["slice_value"])
        assert row["journey_count"] == started[start]
        assert row["customer_count"] == customers[start]
        assert row["spend_amount"] == spend[start]
        cac = spend[start] / customers[start] if customers[start] else None
        assert row["paid_cac_amount"] == (cac and cac.quantize(Decimal("0.01"), ROUND_HALF_UP))
        full = (spend[start] + costs[start]) / customers[start] if customers[start] else None
        assert row["full_cac_amount"] == (full and full.quantize(Decimal("0.01"), ROUND_HALF_UP))
        _ltv_holds(built, row, {key for key, each in firsts.items() if _started_in(each, start)})


def test_a_cohort_has_paid_back_when_its_margin_is_above_what_it_cost(built: Built) -> None:
    """Each customer of a cohort by hand: what it paid, and the CAC of the quarter it came from."""
    months = rows(built, "from marts.fct_mrr_movements")
    paid: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    costs = {
        date.fromisoformat(row["slice_value"]): row
        for row in rows(
            built,
            "from marts.kpi_unit_economics_by_slice where slice_name = 'quarter' and is_mature",
        )
    }
    cost: dict[date, list[Decimal | None]] = defaultdict(list)
    for customer in rows(
        built, "from intermediate.int_customers_aggregated where first_mrr_month is not null"
    ):
        cohort = customer["first_mrr_month"]
        started = customer["is_won"] and customer["started_at"]
        came_from = started and costs.get(quarter(started))
        cost[cohort].append(came_from["full_cac_amount"] if came_from else None)
        for month in months:
            if month["account_key"] == customer["customer_key"]:
                moved = month["movement_month"]
                age = 12 * (moved.year - cohort.year) + moved.month - cohort.month
                paid[cohort, age] += month["closing_amount"]
    found = rows(
        built,
        "select cohort_month, age_month_count, sum(margin_to_date_amount) as margin,"
        " sum(full_cost_amount) as cost, count(full_cost_amount) = count(*) as has_cost"
        " from marts.kpi_retention group by all",
    )
    assert sum(row["has_cost"] for row in found) > 20
    for row in found:
        cohort = row["cohort_month"]
        margin = sum(paid[cohort, age] for age in range(row["age_month_count"] + 1)) * MARGIN
        assert abs(row["margin"] - margin) < Decimal("0.05")
        if row["has_cost"]:
            known = [each for each in cost[cohort] if each is not None]
            assert len(known) == len(cost[cohort])
            assert abs(row["cost"] - sum(known)) < Decimal("0.05")


SPEND = """
    select
        cast(date_trunc('quarter', spend_date) as date),
        sum(cast(round(amount * rate, 2) as decimal(18, 2)))
    from intermediate.int_ad_spend_unioned as spend
    asof join seeds.exchange_rates as rates
        on spend.currency = rates.currency and spend.spend_date >= rates.valid_from
    group by 1
"""


def _started_in(journey: Row, start: date) -> bool:
    return quarter(journey["started_at"]) == start


def test_customers_leave_at_the_end_of_the_true_contracts(built: Built) -> None:
    """A year of a subscription of the truth is a term, whatever happened in it."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    truth = built.truth / "subscriptions.parquet"
    for row in rows(built, f"from '{truth}' order by account_id, started_at"):
        own, end = spans[row["account_id"]], row["ended_at"] or datetime.max
        if own and row["started_at"] <= own[-1][1]:
            own[-1] = own[-1][0], end
        else:
            own.append((row["started_at"], end))
    term_count = churn_count = 0
    for start, end in (span for own in spans.values() for span in own):
        for year in range(1, 10):
            due = start.replace(year=start.year + year)
            if due < UNTIL and end > start.replace(year=start.year + year - 1) + LATE:
                term_count += 1
                churn_count += end <= due + LATE
    [(terms, months, churned)] = query(built.database, TERMS)
    assert (terms, churned) == (term_count, churn_count)
    assert churn_count >= 3
    assert 12 * (terms - churned) < months <= 13 * terms


LATE = timedelta(10)
"""So long after its end billing may still go on."""

TERMS = """
    select sum(term_count), sum(term_month_count), sum(term_churn_count)
    from intermediate.int_customers_aggregated
"""


def _ltv_holds(built: Built, row: Row, customers: set[int]) -> None:
    """ARPA x margin x months of a year / share that does not renew; that of all while few left."""
    months = rows(built, "from marts.fct_mrr_movements")
    own = [month for month in months if month["account_key"] in customers]
    paying = [month["closing_amount"] for month in own if month["closing_amount"] > 0]
    [(term_count, month_count, churned)] = query(built.database, TERMS)
    churn = share(churned, month_count)
    assert row["churn_rate"] == churn
    assert row["term_churn_rate"] == share(churned, term_count)
    if not paying or not churn:
        assert row["ltv_amount"] is None
        return
    margin = total(iter(paying)) / len(paying) * MARGIN
    assert abs(row["ltv_amount"] - margin / churn) < Decimal("0.02")
    # Within three years: the months of a term, for all, for those who renewed, and who did twice.
    renewed = 1 - churned / Decimal(term_count)
    three_years = month_count / Decimal(term_count) * (1 + renewed + renewed**2)
    assert float(row["horizon_ltv_amount"]) == pytest.approx(float(margin * three_years), abs=0.02)
    assert row["horizon_ltv_amount"] < row["ltv_amount"]


def test_the_pipeline_of_the_past_is_what_was_known_then(built: Built, tmp_path: Path) -> None:
    """A build with an earlier cutoff has the same open opportunities at that moment."""
    then = tmp_path / built.database.name
    then.write_bytes(built.database.read_bytes())
    moment = "2026-01-01"
    models = ["run", "--quiet", "--select", "+int_pipeline_intervals_dated"]
    assert run_dbt(models, then, tmp_path / "target", {"cutoff": moment}).success
    intervals = (
        "from intermediate.int_pipeline_intervals_dated"
        f" where starts_at < '{moment}' and ends_at >= '{moment}'"
    )
    columns = "select opportunity_key, pipeline_class, pipeline_stage_name, amount"
    opportunities = {
        key
        for (key,) in query(built.database, "select opportunity_key from marts.dim_opportunities")
    }
    known = [
        row for row in query(then, f"{columns} {intervals} order by 1") if row[0] in opportunities
    ]
    assert known == query(built.database, f"{columns} {intervals} order by 1")
    assert len(known) > 5
