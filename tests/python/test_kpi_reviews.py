"""Scorecard, reviews and the weekly list, told again in Python."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.python.conftest import UNTIL, Built, query
from tests.python.kpi_money_story import Row, month_before, quarter, rows, told_in, total


def test_the_scorecard_is_what_its_journeys_led_to(built: Built) -> None:
    """Every stage and quarter, from the entries of the fact: how many, what became of them."""
    fact = rows(built, "from marts.fct_lifecycle where entered_at is not null")
    booked: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in fact:
        if row["opportunity_key"] and row["stage"] in ("customer", "retained", "expanded"):
            booked[row["journey_key"]][row["stage"]] += row["amount"]
    cells: dict[tuple[date, str, str], list[Row]] = defaultdict(list)
    for row in fact:
        if row["visit_number"] == 1:
            cells[quarter(row["entered_at"]), row["funnel"], row["stage"]].append(row)
    told = rows(built, "from marts.kpi_scorecard where period_kind = 'quarter'")
    assert len(told) > 100
    for row in told:
        own = cells[row["period_start"], row["funnel"], row["stage"]]
        assert row["entered_count"] == len(own)
        assert row["advanced_count"] == sum(each["outcome"] == "advanced" for each in own)
        for column, stage in BROUGHT.items():
            assert row[column] == total(booked[each["journey_key"]][stage] for each in own)


BROUGHT = {
    "new_amount": "customer",
    "renewal_amount": "retained",
    "expansion_amount": "expanded",
}


def test_a_review_holds_six_weeks_and_what_came_before(built: Built) -> None:
    told = rows(built, "from marts.kpi_reviews where funnel = 'all'")
    begun = [row for row in told if row["period_start"] < UNTIL.date()]
    weeks = sorted({row["period_start"] for row in begun if row["period_kind"] == "week"})
    assert len(weeks) == 6
    months = told_in(built, "month")
    for row in told:
        if row["period_kind"] == "month":
            start, metric = row["period_start"], row["metric"]
            assert row["actual"] == months.get((start, metric))
            assert row["prior_actual"] == months.get((month_before(start), metric))
            assert row["year_before_actual"] == months[start.replace(year=start.year - 1), metric]


def test_a_review_shows_the_periods_that_come(built: Built) -> None:
    """At the cutoff a month and a quarter begin, and a week is under way."""
    told = rows(built, "from marts.kpi_reviews where funnel = 'all' and metric = 'leads'")
    coming = {(row["period_kind"], row["period_start"]): row for row in told if row["forecast"]}
    assert set(coming) == {
        ("week", date(2026, 6, 29)),
        ("week", date(2026, 7, 6)),
        ("month", date(2026, 7, 1)),
        ("month", date(2026, 8, 1)),
        ("quarter", date(2026, 7, 1)),
        ("quarter", date(2026, 10, 1)),
    }
    for (kind, start), row in coming.items():
        has_begun = kind == "week" and start == date(2026, 6, 29)
        assert (row["actual"] is not None) == has_begun
        assert (row["empty_reason"] == "not begun") != has_begun


def test_the_weekly_list_is_who_waits_too_long(built: Built) -> None:
    limits = dict(
        query(built.database, "select stage, time_limit_days from seeds.lifecycle_stages")
    )
    stages = ("lead", "mql", "sal", "sql", "opportunity")
    stuck = {
        row["journey_key"]
        for row in rows(built, "from marts.fct_lifecycle where is_current and stage is not null")
        if row["stage"] in stages and (UNTIL - row["entered_at"]).days >= limits[row["stage"]]
    }
    told = rows(built, "from marts.review_leads")
    assert stuck == {row["journey_key"] for row in told if row["finding"] == "stuck"}
    assert any(row["finding"] == "turned away" for row in told)
