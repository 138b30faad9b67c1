"""The plan's money: levers, channels and renewals, each computed in a second way."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from funnel.benchmarks.planning.company import Kind, draw_company
from funnel.benchmarks.planning.history import draw_history
from funnel.benchmarks.planning.land import CUTOFF, TABLES, land_journeys
from tests.python.conftest import NAME, UNTIL, Built, query
from tests.python.warm_dbt import run_dbt

PLAN = [
    f"+{model},path:models/*/planning"
    for model in ("plan_levers", "plan_rates", "int_plan_required_leads_estimated")
]
NODES = ("lead", "prospect", "opportunity")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a target, planned as it is and with each lever pulled by a scenario."""
    folder = tmp_path_factory.mktemp("levers")
    database = folder / NAME
    rng = np.random.default_rng(4)
    history = draw_history(rng, draw_company(rng, Kind("any", 40)))
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        land_journeys(connection, "company", history)
        for month in ("2026-09-01", "2026-10-01", "2026-11-01"):
            connection.execute(
                "insert into seeds.targets values ('company', ?, ?, 1, 0, 0, null, null, null)",
                [month, 9_000_000],
            )
    variables = {"cutoff": CUTOFF.isoformat(), "planning_weeks": 30}
    assert run_dbt(["run", "--quiet", "-s", *PLAN], database, folder / "target", variables).success
    _pull_levers(database)
    assert run_dbt(["run", "--quiet", "-s", *PLAN], database, folder / "target", variables).success
    return database


def _pull_levers(database: Path) -> None:
    rates = query(
        database,
        "select from_node, advance_rate, wait_days from marts.plan_rates where is_total",
    )
    with duckdb.connect(str(database)) as connection:
        add = "insert into seeds.planning_scenarios values (?, null, ?, ?, ?, ?)"
        connection.execute(add, ["price opportunity", "price", None, None, 1.01])
        for node, rate, days in rates:
            if node in NODES:
                connection.execute(add, [f"rate {node}", "rate", node, rate + 0.01, None])
                connection.execute(add, [f"wait {node}", "wait", node, float(days) - 1, None])


def test_a_lever_is_what_the_plan_gains_when_it_is_pulled(company: Path) -> None:
    """The same leads under a scenario that changes one thing by one, less those under the base."""
    revenue = dict(
        query(
            company,
            "select plans.scenario, plans.other_revenue + plans.lead_revenue * base.weekly_leads"
            " from intermediate.int_plan_required_leads_estimated as plans"
            " inner join intermediate.int_plan_required_leads_estimated as base"
            " on base.scenario = 'base' and base.is_total where plans.is_total",
        )
    )
    levers = query(
        company, "select lever, from_node, gained_amount, lever_rank from marts.plan_levers"
    )
    assert query(
        company,
        "select min(weekly_leads) > 1 from intermediate.int_plan_required_leads_estimated"
        " where is_total",
    ) == [(True,)]
    assert len(levers) == 7
    for lever, node, gained, _ in levers:
        expected = revenue[f"{lever} {node}"] - revenue["base"]
        within = 0.05 if lever == "wait" else 0.001
        assert float(gained) == pytest.approx(expected, rel=within), (lever, node)
    ranked = [gained for *_, gained, _ in sorted(levers, key=lambda row: row[3])]
    assert ranked == sorted(ranked, reverse=True)


SPENT = """
    select channel, date_trunc('month', spend_date), sum(round(amount * rate, 2))
    from intermediate.int_ad_spend_unioned as spend
    asof join seeds.exchange_rates as rates
        on spend.currency = rates.currency and spend.spend_date >= rates.valid_from
    group by 1, 2
"""
LED = """
    select first_channel, date_trunc('month', qualified_lead_at), count(*)
    from marts.fct_journeys where is_qualified_lead group by 1, 2
"""


def test_the_elasticity_of_leads_is_a_line_through_the_months_that_leans_to_one(
    built: Built,
) -> None:
    """Least squares with one more row for the prior: one per cent for one, plus or minus 0.25."""
    leads = {(channel, month): count for channel, month, count in query(built.database, LED)}
    months: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for channel, month, amount in query(built.database, SPENT):
        if date(2025, 7, 1) <= _day(month) < date(2026, 7, 1) and (channel, month) in leads:
            months[channel].append((float(amount), leads[channel, month]))
    costs = query(
        built.database,
        "select channel, month_count, cost_per_lead_amount, spend_elasticity from marts.plan_budget"
        " where month_count > 0",
    )
    assert {channel for channel, *_ in costs} == set(months)
    for channel, count, cost, elasticity in costs:
        amounts, counts = np.array(months[channel]).T
        assert count == len(amounts)
        assert float(cost) == pytest.approx(amounts.sum() / counts.sum(), abs=0.006)
        slope = _slope(np.log(amounts), np.log(counts)) if count >= 6 else 1.0
        assert elasticity == pytest.approx(min(max(slope, 0.3), 1.0), abs=1e-6), channel


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _slope(
    spend: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    leads: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> float:
    spend, leads = spend - spend.mean(), leads - leads.mean()
    free = np.polyfit(spend, leads, 1)
    noise = np.sum((leads - np.polyval(free, spend)) ** 2) / (len(spend) - 2)
    noise = max(noise, 1e-4)
    matrix = np.append(spend / np.sqrt(noise), 1 / 0.25)[:, None]
    wanted = np.append(leads / np.sqrt(noise), 1 / 0.25)
    return float(np.linalg.lstsq(matrix, wanted, rcond=None)[0][0])


def test_more_leads_of_a_channel_never_get_cheaper(built: Built) -> None:
    rows = query(
        built.database,
        "select planned_leads, planned_week_amount, today_leads, today_week_amount,"
        " low_80_planned_week_amount, high_80_planned_week_amount"
        " from marts.plan_budget where planned_week_amount is not null",
    )
    assert rows
    for planned, cost, today, now, low, high in rows:
        few, many = sorted([(today, float(now)), (planned, float(cost))])
        assert many[1] / many[0] >= few[1] / few[0] - 0.01
        # Where no number of leads is certain to be enough, there is no upper end.
        assert low <= cost
        assert high is None or cost <= high


def test_customers_renew_what_those_of_their_age_did(built: Built) -> None:
    """Customer by customer: what others paid at the age that the customer will have, for each unit
    that they bought first, times what the customer bought."""
    since, bought, older = _customer_starts(built)
    assert min(bought.values()) > 0
    assert older
    paid: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key, stage, at, amount in query(
        built.database,
        "select journey_key, stage, entered_at, amount from marts.fct_lifecycle"
        " where stage in ('retained', 'expanded') and amount > 0",
    ):
        if key not in since:
            continue
        funnel, start = since[key]
        # The first renewal of a customer from before the records is what was bought, not a payment.
        is_later = at > start if key in older else at >= start
        if is_later and _age(start, at) < _age(start):
            own = paid[funnel, _age(start, at)]
            own[0] += float(amount)
            own[1] += float(amount) if stage == "retained" else 0.0
    seen = {
        (funnel, age): sum(
            bought[key] for key, (each, at) in since.items() if each == funnel and _age(at) > age
        )
        for funnel in {funnel for funnel, _ in since.values()}
        for age in range(61)
    }
    for row in query(
        built.database,
        "select funnel, period_start, expected_amount, expected_renewal_amount"
        " from marts.plan_renewals where expected_amount is not null",
    ):
        funnel, month, expected, renewal = row
        oldest = max(age for age in range(61) if seen[funnel, age])
        ahead, days = _month(month)
        wanted = [0.0, 0.0]
        for key, (each, at) in since.items():
            age = _age(at) + ahead
            age = age if age <= oldest else max(age - 12, 0)
            if each == funnel and seen.get((funnel, age)):
                for kind in (0, 1):
                    ratio = paid[funnel, age][kind] / seen[funnel, age]
                    wanted[kind] += bought[key] * days / 30 * ratio
        assert float(expected) == pytest.approx(wanted[0], rel=1e-4, abs=0.02), row
        assert float(renewal) == pytest.approx(wanted[1], rel=1e-4, abs=0.02), row


Starts = dict[int, tuple[str, datetime]]


def _customer_starts(built: Built) -> tuple[Starts, dict[int, float], set[int]]:
    """Since when each customer is one and what it bought first, and whose first win is unknown."""
    events: dict[int, list[tuple[datetime, str, str, float]]] = defaultdict(list)
    for key, funnel, stage, at, amount in query(
        built.database,
        "select journey_key, funnel, stage, entered_at, amount from marts.fct_lifecycle"
        " where stage in ('customer', 'retained') and entered_at is not null",
    ):
        events[key].append((at, stage, funnel, float(amount)))
    first = {key: min(each) for key, each in events.items()}
    older = {key for key, (_, stage, *_) in first.items() if stage != "customer"}
    since = {key: (funnel, at) for key, (at, _, funnel, _) in first.items()}
    return since, {key: amount for key, (*_, amount) in first.items()}, older


def _age(since: datetime, until: datetime = UNTIL) -> int:
    """Months of thirty days."""
    return (until - since) // timedelta(days=30)


def _month(month: date) -> tuple[int, int]:
    """How many months of thirty days its middle lies ahead, and its days."""
    start = datetime(month.year, month.month, 1)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
    middle = ((start - UNTIL) + (end - UNTIL)) / 2
    return middle // timedelta(days=30), (end - start).days
