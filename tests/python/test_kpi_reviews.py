"""Scorecard, reviews and the weekly list, told again in Python."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.python.conftest import UNTIL, Built, query
from tests.python.kpi_money_story import (
    MARGIN,
    Row,
    month_before,
    quarter,
    rows,
    share,
    told_in,
    total,
)


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
    told = rows(built, "from marts.review_worklist")
    assert stuck == {row["journey_key"] for row in told if row["finding"] == "stuck"}
    assert any(row["finding"] == "turned away" for row in told)


def test_every_cell_of_a_review_is_there(built: Built) -> None:
    """Each period, funnel and KPI once, zeros included; spend is told for all, MRR by month."""
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
        "select count(*) from intermediate.int_kpi_values_aggregated where actual is null and empty_reason is null",
    )
    assert empty == 0


def test_the_other_kpis_of_a_quarter_are_their_parts(built: Built) -> None:
    """Coverage, velocity and quick ratio of all funnels, from the tables that hold their parts."""
    told = told_in(built, "quarter")
    sales = _sums(
        built,
        "kpi_sales",
        "sum(worked_count), sum(won_count), sum(lost_count), sum(won_amount), sum(won_days)",
        "business = 'new'",
    )
    opened = _sums(built, "kpi_pipeline", "sum(open_amount)", "business = 'new'")
    wanted = _sums(built, "int_kpi_targets_aggregated", "sum(target_amount)", "business = 'new'")
    moves = _sums(
        built,
        "kpi_mrr",
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
    for start in sorted({start for start, _ in told})[1:]:
        worked, won, lost, amount, days = sales[start]
        velocity = share(worked * won * amount, (won + lost) * days) if won else None
        assert _near(told[start, "velocity"], velocity), start
        gained, given = moves.get(start, (Decimal(0), Decimal(0)))
        assert _near(told[start, "quick_ratio"], share(gained, given)), start
        before = date.fromordinal(start.toordinal() - 1)
        opening = opened.get(quarter(before), (Decimal(0),))[0]
        target = wanted.get(start, (Decimal(0),))[0]
        assert _near(told[start, "coverage"], share(opening, target)), start
        assert _near(covered[start], opening), start
    assert any(value for (_, metric), value in told.items() if metric == "velocity")
    coming, last = UNTIL.date(), quarter(UNTIL.date() - timedelta(1))
    forecast = query(
        built.database,
        "select forecast from marts.kpi_forecasts where metric = 'coverage' and funnel = 'all'"
        f" and period_kind = 'quarter' and period_start = '{coming}'",
    )
    assert wanted[coming][0] > 0
    assert _near(Decimal(forecast[0][0]), share(opened[last][0], wanted[coming][0]))


def _sums(built: Built, table: str, sums: str, where: str) -> dict[date, tuple[Decimal, ...]]:
    found = query(
        built.database,
        f"select period_start, {sums} from marts.{table}"
        f" where period_kind = 'quarter' and {where} group by period_start",
    )
    return {start: tuple(Decimal(each) for each in values) for start, *values in found}


def _near(told: Decimal | None, wanted: Decimal | None) -> bool:
    if told is None or wanted is None:
        return told is wanted
    return abs(told - wanted) <= Decimal("0.00001") * max(abs(wanted), Decimal(1))


def test_a_stage_is_credited_with_the_worth_and_the_churn_of_its_customers(built: Built) -> None:
    """LTV = what a customer paid a month, its margin, over the churn of all customers."""
    months = rows(built, "from marts.fct_mrr_movements")
    churn = share(
        sum(month["churn_amount"] > 0 for month in months),
        sum(month["opening_amount"] > 0 for month in months),
    )
    assert churn
    worth: dict[int, tuple[bool, Decimal]] = {}
    for each in rows(built, "from intermediate.int_customers_aggregated"):
        if each["is_won"]:
            own = [month for month in months if month["account_key"] == each["customer_key"]]
            paying = [month["closing_amount"] for month in own if month["closing_amount"] > 0]
            gone = any(month["churn_amount"] > 0 for month in own)
            last = max(own, key=lambda month: month["movement_month"], default=None)
            has_left = gone and (last is None or last["closing_amount"] == 0)
            value = total(iter(paying)) / len(paying) * MARGIN / churn if paying else Decimal(0)
            worth[each["journey_key"]] = (has_left, value)
    entered: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for row in rows(built, "from marts.fct_lifecycle where visit_number = 1"):
        if row["entered_at"] and row["journey_key"] in worth:
            cell = quarter(row["entered_at"]), row["funnel"], row["stage"]
            entered[cell].append(row["journey_key"])
    for row in rows(built, "from marts.kpi_scorecard where period_kind = 'quarter'"):
        own_keys = entered[row["period_start"], row["funnel"], row["stage"]]
        assert row["customer_count"] == len(own_keys)
        assert row["churned_customer_count"] == sum(worth[key][0] for key in own_keys)
        value = total(worth[key][1] for key in own_keys)
        assert abs(row["ltv_amount"] - value) <= Decimal("0.02") * max(len(own_keys), 1)
