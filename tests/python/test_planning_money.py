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
        "select planned_leads, planned_week_amount, recent_weekly_leads, recent_week_amount,"
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


def test_customers_renew_what_those_did_who_had_signed_as_long_ago(built: Built) -> None:
    """Customer by customer and moment by moment, in months of thirty days."""
    customers, funnels = _customers(built)
    moments = [UNTIL - timedelta(days=30 * number) for number in range(61)]
    signed: dict[Cell, float] = defaultdict(float)
    renewed: dict[Cell, float] = defaultdict(float)
    added: dict[tuple[str, bool], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key, events in customers.items():
        for number, moment in enumerate(moments[1:], start=1):
            if (state := _state(events, moment, funnels[key])) is None:
                continue
            funnel, age, has_left, amount = state
            added[funnel, has_left][0] += amount
            for window in range(min(number, 14)):
                signed[funnel, age, has_left, window] += amount
                start = moment + timedelta(days=30 * window)
                for at, kind, paid in events:
                    if start <= at < start + timedelta(days=30) and paid > 0:
                        renewed[funnel, age, has_left, window] += paid * (kind == "retained")
                        added[funnel, has_left][1] += paid * (kind == "expanded" and not window)
    usual = {
        each: sum(renewed[cell] for cell in signed if _is_first(cell, each))
        / sum(signed[cell] for cell in signed if _is_first(cell, each))
        for each in added
    }
    states = [_state(events, UNTIL, funnels[key]) for key, events in customers.items()]
    found = query(
        built.database,
        "select funnel, period_start, expected_amount, expected_renewal_amount"
        " from marts.plan_renewals where expected_amount is not null",
    )
    assert len(found) > 12
    for row in found:
        funnel, month, expected, renewal = row
        wanted = more = 0.0
        for state in states:
            if state is None or state[0] != funnel or (funnel, state[2]) not in added:
                continue
            for window, share in _windows(month).items():
                cell = (*state[:3], window)
                ratio = renewed[cell] / signed[cell] if cell in signed else usual[funnel, state[2]]
                wanted += state[3] * share * ratio
                own = added[funnel, state[2]]
                more += state[3] * share * own[1] / own[0]
        assert float(renewal) == pytest.approx(wanted, rel=1e-4, abs=0.02), row
        assert float(expected) == pytest.approx(wanted + more, rel=1e-4, abs=0.02), row


def test_renewals_are_expected_of_those_whose_year_ends(built: Built) -> None:
    """Contracts of the demo last a year and are renewed some days before it ends; prices have risen
    by less than a tenth since."""
    customers, funnels = _customers(built)
    terms = [
        (state, max(at for at, kind, _ in events if kind in SIGNINGS))
        for key, events in customers.items()
        if (state := _state(events, UNTIL, funnels[key])) and not state[2]
    ]
    found = query(
        built.database,
        "select funnel, period_start, expected_renewal_amount from marts.plan_renewals"
        " where period_start <= '2026-09-01' and expected_renewal_amount is not null",
    )
    assert sum(float(amount) for *_, amount in found) > 0
    for funnel, month, expected in found:
        first = datetime(month.year - 1, month.month, 1)
        due = sum(
            state[3]
            for state, signed in terms
            if state[0] == funnel and -5 <= (signed - first).days <= 45
        )
        assert float(expected) <= 1.1 * due, (funnel, month)


SIGNINGS = ("customer", "retained")
Cell = tuple[str, int, bool, int]
Event = tuple[datetime, str, float]


def _is_first(cell: Cell, group: tuple[str, bool]) -> bool:
    """A cell of the group that is the first month after its moment."""
    return (cell[0], cell[2]) == group and cell[3] == 0


def _customers(built: Built) -> tuple[dict[int, list[Event]], dict[int, str]]:
    """Wins, renewals, expansions and departures of each customer, in order, and its funnel."""
    events: dict[int, list[Event]] = defaultdict(list)
    funnels: dict[int, str] = {}
    for key, funnel, stage, at, amount in query(
        built.database,
        "select journey_key, funnel, stage, entered_at, amount from marts.fct_lifecycle"
        " where stage in ('customer', 'retained', 'expanded', 'churned')"
        " and entered_at is not null order by entered_at, entry_number",
    ):
        events[key].append((at, stage, float(amount or 0)))
        funnels[key] = funnel
    signed = {
        key: each for key, each in events.items() if any(kind in SIGNINGS for _, kind, _ in each)
    }
    assert all(
        amount > 0 for each in signed.values() for _, kind, amount in each if kind in SIGNINGS
    )
    return signed, funnels


def _state(
    events: list[Event], moment: datetime, funnel: str
) -> tuple[str, int, bool, float] | None:
    """Of a customer at a moment: months since the last signing, whether it has left, and what it
    signed for."""
    past = [each for each in events if each[0] < moment]
    signings = [each for each in past if each[1] in SIGNINGS]
    if not signings:
        return None
    last, _, amount = signings[-1]
    has_left = any(kind == "churned" and at > last for at, kind, _ in past)
    return funnel, min((moment - last) // timedelta(days=30), 14), has_left, amount


def _windows(month: date) -> dict[int, float]:
    """How much of each month of thirty days ahead is in this month."""
    start = datetime(month.year, month.month, 1)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
    days = [(start - UNTIL).days, (end - UNTIL).days]
    shares = {
        window: (min(days[1], 30 * window + 30) - max(days[0], 30 * window)) / 30
        for window in range(14)
    }
    return {window: share for window, share in shares.items() if share > 0}
