"""Scorecard and reviews, computed again in Python."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.python.conftest import UNTIL, Built, query
from tests.python.revenue_story import (
    MARGIN,
    Row,
    kpi_values,
    month_before,
    quarter,
    rows,
    share,
    total,
)

STAGE_OF_REVENUE = {
    "cohort_new_amount": "customer",
    "cohort_renewal_amount": "retained",
    "cohort_expansion_amount": "expanded",
}


def test_the_scorecard_sums_what_its_journeys_led_to(built: Built) -> None:
    """Every stage and quarter: how many journeys entered, went on, and were won later."""
    fact = rows(built, "from marts.fct_lifecycle where entered_at is not null")
    booked: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in fact:
        if row["opportunity_key"] and row["stage"] in ("customer", "retained", "expanded"):
            booked[row["journey_key"]][row["stage"]] += row["amount"]
    cells: dict[tuple[date, str, str], list[Row]] = defaultdict(list)
    for row in fact:
        if row["stage_entry_number"] == 1 and row["qualified_at"]:
            cells[quarter(row["qualified_at"]), row["funnel"], row["stage"]].append(row)
    actual = rows(built, "from marts.kpi_scorecard_by_period where period_kind = 'quarter'")
    assert len(actual) > 100
    for row in actual:
        own = cells[row["period_start"], row["funnel"], row["stage"]]
        assert row["qualified_count"] == len(own)
        assert row["advanced_count"] == sum(each["outcome"] == "advanced" for each in own)
        for column, stage in STAGE_OF_REVENUE.items():
            assert row[column] == total(booked[each["journey_key"]][stage] for each in own)


def test_the_scorecard_has_the_targets_of_the_reviews(built: Built) -> None:
    """Of each quarter, also that of a funnel that won nothing in it."""
    shown = query(
        built.database,
        "select period_start, sum(target_amount), count(*) filter (booked_amount = 0)"
        " from marts.kpi_scorecard_by_period where period_kind = 'quarter' and stage = 'customer'"
        " group by period_start having sum(target_amount) > 0",
    )
    reviewed = query(
        built.database,
        "select period_start, target from marts.kpi_reviews_by_period"
        " where metric = 'bookings_new' and period_kind = 'quarter' and is_total",
    )
    assert sum(without for _, _, without in shown)
    assert {start: target for start, target, _ in shown}.items() <= dict(reviewed).items()


def test_the_forecast_of_retention_weighs_as_much_as_one_period(built: Built) -> None:
    """Numerators and denominators of months can be added up with those of other KPIs."""
    opening = dict(
        query(
            built.database,
            "select movement_month, sum(opening_amount) from marts.fct_mrr_movements"
            " where movement_month >= '2025-07-01' group by movement_month",
        )
    )
    assert len(opening) == 12
    forecasts = query(
        built.database,
        "select distinct forecast_denominator from marts.kpi_forecasts_by_period"
        " where metric = 'nrr' and is_total and period_kind = 'month'",
    )
    assert len(forecasts) == 1
    assert forecasts[0][0] == opening[date(2025, 7, 1)]


def test_a_review_has_six_weeks_and_the_periods_compared_with(built: Built) -> None:
    actual = rows(built, "from marts.kpi_reviews_by_period where funnel = 'all'")
    begun = [row for row in actual if row["period_start"] < UNTIL.date()]
    weeks = sorted({row["period_start"] for row in begun if row["period_kind"] == "week"})
    assert len(weeks) == 6
    months = kpi_values(built, "month")
    for row in actual:
        if row["period_kind"] == "month":
            start, metric = row["period_start"], row["metric"]
            assert row["actual"] == months.get((start, metric))
            assert row["prior_actual"] == months.get((month_before(start), metric))
            assert row["year_before_actual"] == months[start.replace(year=start.year - 1), metric]


def test_a_review_shows_the_periods_that_are_forecast(built: Built) -> None:
    """At the cutoff a month and a quarter start, and a week is under way."""
    actual = rows(
        built, "from marts.kpi_reviews_by_period where funnel = 'all' and metric = 'leads'"
    )
    coming = {(row["period_kind"], row["period_start"]): row for row in actual if row["forecast"]}
    assert set(coming) == {
        ("week", date(2026, 6, 29)),
        ("week", date(2026, 7, 6)),
        ("month", date(2026, 7, 1)),
        ("month", date(2026, 8, 1)),
        ("quarter", date(2026, 7, 1)),
        ("quarter", date(2026, 10, 1)),
    }
    for (kind, start), row in coming.items():
        is_started = kind == "week" and start == date(2026, 6, 29)
        assert (row["actual"] is not None) == is_started
        assert (row["empty_reason"] == "not_started") != is_started


def test_every_period_funnel_and_kpi_has_a_value(built: Built) -> None:
    """Each once, zeros included; ad spend for all funnels only, MRR by month and quarter."""
    cells = query(
        built.database,
        "select period_kind, funnel, count(distinct period_start), count(distinct metric), count(*)"
        " from intermediate.int_kpi_values_aggregated group by period_kind, funnel",
    )
    [(funnels,)] = query(built.database, "select count(*) + 1 from seeds.funnels")
    kpis = rows(built, "from seeds.kpi_list")
    assert len(cells) == 3 * funnels
    for kind, funnel, periods, metrics, count in cells:
        own = [kpi for kpi in kpis if kpi["is_weekly"] or kind != "week"]
        own = [kpi for kpi in own if kpi["metric"] != "spend" or funnel == "all"]
        assert (metrics, count) == (len(own), periods * len(own)), (kind, funnel)
    [(empty,)] = query(
        built.database,
        "select count(*) from intermediate.int_kpi_values_aggregated"
        " where actual is null and empty_reason is null",
    )
    assert empty == 0


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_sales_velocity_is_the_same_for_every_period_that_ends_on_a_day(
    built: Built, kind: str
) -> None:
    """Opportunity by opportunity: what was open at the end, and what closed in the 91 days before.

    A window of fixed length: a quarter, its last month and its last week show one figure.
    """
    periods = query(
        built.database,
        "select period_start, ends_at from intermediate.int_reporting_periods_listed"
        f" where is_started and period_kind = '{kind}' order by period_start desc limit 9",
    )
    deals = query(
        built.database,
        "select created_at, closed_at, outcome, amount, cycle_days from marts.dim_opportunities"
        " where revenue_type = 'new'",
    )
    gaps = query(
        built.database,
        "select min(change_date), min(next_change_date) from marts.fct_opportunity_changes"
        " inner join marts.dim_opportunities using (opportunity_key)"
        " where fct_opportunity_changes.outcome != 'open' and next_change_date is not null"
        " and dim_opportunities.revenue_type = 'new' group by opportunity_key",
    )
    actual = kpi_values(built, kind)
    for start, end in periods:
        window = [deal for deal in deals if deal[1] and end - timedelta(91) <= deal[1] < end]
        won = [deal for deal in window if deal[2] == "won"]
        is_open = sum(
            created < end and (closed is None or closed >= end) for created, closed, *_ in deals
        )
        is_open -= sum(left < end.date() <= back for left, back in gaps)
        amount, days = sum(deal[3] for deal in won), sum(deal[4] for deal in won)
        wanted = share(is_open * len(won) * amount, len(window) * days) if won else None
        assert _near(actual[start, "velocity"], wanted), start
    assert any(actual[start, "velocity"] for start, _ in periods)


def test_coverage_and_quick_ratio_follow_from_their_parts(built: Built) -> None:
    """Those of all funnels, from the tables that hold their parts."""
    actual = kpi_values(built, "quarter")
    opened = _sums(
        built,
        "marts.fct_pipeline_waterfall_by_period",
        "sum(closing_amount)",
        "revenue_type = 'new' and basis = 'all_open'",
    )
    targets = _sums(
        built,
        "intermediate.int_revenue_targets_aggregated",
        "sum(target_amount)",
        "revenue_type = 'new'",
    )
    moves = _sums(
        built,
        "marts.kpi_mrr_by_period",
        "sum(new_amount + expansion_amount), sum(contraction_amount + churn_amount)",
        "true",
    )
    covered = dict(
        query(
            built.database,
            "select period_start, numerator from intermediate.int_kpi_values_aggregated"
            " where metric = 'coverage' and funnel = 'all' and period_kind = 'quarter'",
        )
    )
    for start in sorted({start for start, _ in actual})[1:]:
        gained, given = moves.get(start, (Decimal(0), Decimal(0)))
        assert _near(actual[start, "quick_ratio"], share(gained, given)), start
        before = date.fromordinal(start.toordinal() - 1)
        opening = opened.get(quarter(before), (Decimal(0),))[0]
        target = targets.get(start, (Decimal(0),))[0]
        assert _near(actual[start, "coverage"], share(opening, target)), start
        assert _near(covered[start], opening), start
    coming, last = UNTIL.date(), quarter(UNTIL.date() - timedelta(1))
    forecast = query(
        built.database,
        "select forecast from marts.kpi_forecasts_by_period"
        " where metric = 'coverage' and funnel = 'all'"
        f" and period_kind = 'quarter' and period_start = '{coming}'",
    )
    assert targets[coming][0] > 0
    assert _near(Decimal(forecast[0][0]), share(opened[last][0], targets[coming][0]))


def _sums(built: Built, table: str, sums: str, where: str) -> dict[date, tuple[Decimal, ...]]:
    found = query(
        built.database,
        f"select period_start, {sums} from {table}"
        f" where period_kind = 'quarter' and {where} group by period_start",
    )
    return {start: tuple(Decimal(each) for each in values) for start, *values in found}


def _near(actual: Decimal | None, expected: Decimal | None) -> bool:
    if actual is None or expected is None:
        return actual is expected
    return abs(actual - expected) <= Decimal("0.00001") * max(abs(expected), Decimal(1))


def test_a_stage_has_the_ltv_and_the_churn_of_its_customers(built: Built) -> None:
    """LTV = monthly revenue of a customer x margin / churn of all contract terms that are over."""
    months = rows(built, "from marts.fct_mrr_movements")
    [(churned, month_count)] = query(
        built.database,
        "select sum(term_churn_count), sum(term_month_count)"
        " from intermediate.int_customers_aggregated",
    )
    churn = share(churned, month_count)
    assert churn
    customers: dict[int, tuple[bool, Decimal]] = {}
    for each in rows(built, "from intermediate.int_customers_aggregated"):
        if each["is_won"]:
            own = [month for month in months if month["account_key"] == each["customer_key"]]
            paying = [month["closing_amount"] for month in own if month["closing_amount"] > 0]
            gone = any(month["churn_amount"] > 0 for month in own)
            last = max(own, key=lambda month: month["movement_month"], default=None)
            has_left = gone and (last is None or last["closing_amount"] == 0)
            value = total(iter(paying)) / len(paying) * MARGIN / churn if paying else Decimal(0)
            customers[each["journey_key"]] = (has_left, value)
    entered: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for row in rows(built, "from marts.fct_lifecycle where stage_entry_number = 1"):
        if row["qualified_at"] and row["journey_key"] in customers:
            cell = quarter(row["qualified_at"]), row["funnel"], row["stage"]
            entered[cell].append(row["journey_key"])
    for row in rows(built, "from marts.kpi_scorecard_by_period where period_kind = 'quarter'"):
        own_keys = entered[row["period_start"], row["funnel"], row["stage"]]
        assert row["customer_count"] == len(own_keys)
        assert row["churned_customer_count"] == sum(customers[key][0] for key in own_keys)
        value = total(customers[key][1] for key in own_keys)
        assert abs(row["ltv_amount"] - value) <= Decimal("0.02") * max(len(own_keys), 1)


def test_a_kpi_says_why_it_cannot_be_compared(built: Built) -> None:
    """LinkedIn's spend stops landing; months with fewer than five closed deals tell no win rate."""
    [(landed_until,)] = query(
        built.database, "select cast(max(day) as date) from linkedin_ads.ad_analytics_by_campaign"
    )
    assert landed_until < UNTIL.date() - timedelta(7)
    found = rows(built, "from marts.kpi_reviews_by_period where is_total and actual is not null")
    for row in found:
        if row["metric"] == "spend":
            is_silent = row["period_kind"] != "month" or row["period_start"] >= date(2026, 6, 1)
            if row["period_kind"] == "week":
                is_silent = row["period_start"] + timedelta(6) > landed_until
            if row["period_kind"] == "quarter":
                is_silent = row["period_start"] == date(2026, 4, 1)
            assert row["status"] == ("source_silent" if is_silent else "ok"), row
        if row["metric"] == "bookings":
            is_partial = row["period_start"] == date(2026, 6, 29)
            assert row["status"] == ("partial_period" if is_partial else "ok"), row
    closed = dict(
        query(
            built.database,
            "select cast(date_trunc('month', closed_at) as date), count(*)"
            f" from '{built.truth}/deals.parquet'"
            " where type = 'new_business' and outcome != 'open' and not is_deleted group by 1",
        )
    )
    rates = [row for row in found if row["metric"] == "win_rate" and row["period_kind"] == "month"]
    for row in rates:
        is_few = closed.get(row["period_start"], 0) < 5
        assert row["status"] == ("too_few" if is_few else "ok"), row
    assert {row["status"] for row in rates} == {"too_few", "ok"}


def test_the_status_stands_beside_every_kpi(built: Built) -> None:
    """LinkedIn is silent in June; all else lacks cases, is not over at the cutoff, or is ok."""
    [(landed_until,)] = query(
        built.database, "select cast(max(day) as date) from linkedin_ads.ad_analytics_by_campaign"
    )
    assert date(2026, 6, 1) < landed_until < date(2026, 6, 25)
    found: dict[str, set[str]] = defaultdict(set)

    def check(table: str, wanted: Callable[[Row], str]) -> None:
        for row in rows(built, f"from marts.{table}"):
            assert row["status"] == wanted(row), (table, row)
            found[table].add(row["status"])

    def known(row: Row, cases: int = 5) -> str:
        under_way = (row.get("period_kind"), row.get("period_start")) == ("week", date(2026, 6, 29))
        return "too_few" if cases < 5 else "partial_period" if under_way else "ok"

    def of_channel(row: Row) -> str:
        is_silent = row["channel"] == "paid_social" and row["month_start"] == date(2026, 6, 1)
        return "source_silent" if is_silent else known(row, row["lead_count"])

    def of_slice(row: Row) -> str:
        if (row["slice_name"], row["slice_value"]) == ("quarter", "2026-04-01"):
            return "source_silent"
        if row["customer_count"] < 5:
            return "too_few"
        return "ok" if row["is_mature"] else "partial_period"

    check("kpi_sales_by_period", lambda row: known(row, row["won_count"] + row["lost_count"]))
    check("fct_pipeline_waterfall_by_period", known)
    check("kpi_mrr_by_period", lambda row: known(row, row["opening_customer_count"]))
    check("kpi_retention", lambda row: known({}, row["customer_count"]))
    check("kpi_scorecard_by_period", lambda row: known(row, row["qualified_count"]))
    check("kpi_campaigns", of_channel)
    check("kpi_unit_economics_by_slice", of_slice)
    assert "source_silent" in found["kpi_campaigns"] & found["kpi_unit_economics_by_slice"]
    assert "partial_period" in found["fct_pipeline_waterfall_by_period"]
    assert all("ok" in statuses or "too_few" in statuses for statuses in found.values())


def test_pipeline_created_is_what_opportunities_were_created_with(built: Built) -> None:
    """Of each opportunity in dollars: the first amount that its system recorded."""
    first = dict(
        query(
            built.database,
            "select opportunity_id, min_by(amount, created_date)"
            " from salesforce.opportunity_history"
            " group by all",
        )
    )
    created = query(
        built.database,
        "select opportunities.record_id, sum(waterfall.created_amount), any_value(amount)"
        " from marts.fct_pipeline_waterfall_by_period as waterfall"
        " inner join marts.dim_opportunities as opportunities using (opportunity_key)"
        " where waterfall.period_kind = 'month' and waterfall.basis = 'all_open'"
        " and opportunities.system = 'salesforce' and opportunities.currency = 'USD'"
        " and opportunities.revenue_type = 'new' group by all",
    )
    seen = [(key, amount, now) for key, amount, now in created if first.get(key) is not None]
    assert len(seen) > 20
    assert any(amount != now for _, amount, now in seen)
    for key, amount, _ in seen:
        assert float(amount) == pytest.approx(first[key], abs=0.01), key
    sums = query(
        built.database,
        "select reviews.period_start, reviews.actual, sum(waterfall.created_amount)"
        " from marts.kpi_reviews_by_period as reviews"
        " inner join marts.fct_pipeline_waterfall_by_period as waterfall"
        " on reviews.period_start = date_trunc('quarter', waterfall.period_start)"
        " where reviews.metric = 'pipeline_created' and reviews.is_total"
        " and reviews.period_kind = 'quarter' and reviews.actual is not null"
        " and waterfall.period_kind = 'month' and waterfall.basis = 'all_open'"
        " and waterfall.revenue_type = 'new' group by all",
    )
    assert len(sums) > 8
    assert all(abs(actual - created) < Decimal("0.05") for _, actual, created in sums)
