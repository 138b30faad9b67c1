"""The plan on simulated companies of known truth: run forwards, it gives the target."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnel.benchmarks.planning.company import Kind, draw_company
from funnel.benchmarks.planning.history import draw_history
from funnel.benchmarks.planning.land import CUTOFF, SEEDS, TABLES, land_journeys, land_target
from funnel.benchmarks.planning.truth import Truth, find_truth
from tests.python.conftest import NAME, query
from tests.python.warm_dbt import run_dbt

LAW = "the_plan_run_forwards_gives_the_target"
PLANNED = "+the_plan_run_forwards_gives_the_target,path:models/*/planning"


def _company(database: Path, seed: int, volume: float) -> Truth:
    """One company as the only funnel of a database."""
    rng = np.random.default_rng(seed)
    company = draw_company(rng, Kind("any", volume))
    history = draw_history(rng, company)
    truth = find_truth(company, history)
    database.parent.mkdir(exist_ok=True)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        land_journeys(connection, "company", history)
        land_target(connection, "company", company, truth)
    return truth


def _plan(database: Path, target: Path) -> None:
    """The planning models on it, and the law that the plan closes."""
    assert run_dbt(["seed", "--quiet", "-s", *SEEDS], database, target).success
    variables = {"cutoff": CUTOFF.isoformat()}
    assert run_dbt(["run", "--quiet", "-s", PLANNED], database, target, variables).success
    assert run_dbt(["test", "--quiet", "-s", LAW], database, target, variables).success


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planning")


@pytest.fixture(scope="module")
def planned(folder: Path) -> tuple[Path, Truth]:
    """A company of 400 leads a day, large enough that luck hardly matters."""
    database = folder / "large" / NAME
    truth = _company(database, 11, 400)
    _plan(database, folder / "target")
    return database, truth


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6), volume=st.sampled_from([2.0, 15.0, 80.0]))
def test_the_plan_closes_on_any_seed(folder: Path, seed: int, volume: float) -> None:
    database = folder / "any" / NAME
    _company(database, seed, volume)
    _plan(database, folder / "target")


def test_the_plan_is_near_the_truth_and_its_interval_covers_it(planned: tuple[Path, Truth]) -> None:
    database, truth = planned
    [(leads, low, high, safe)] = query(
        database,
        "select weekly_leads / 7, low_95_weekly_leads / 7, high_95_weekly_leads / 7, safe_leads / 7"
        " from marts.plan_targets where is_total",
    )
    assert abs(leads / truth.needed - 1) < 0.15
    assert low < truth.needed < high
    assert leads < safe


def test_an_interval_of_leads_ends_where_the_target_is_on_the_edge_of_revenue(
    planned: tuple[Path, Truth],
) -> None:
    database, _ = planned
    [row] = query(
        database,
        "select target_revenue, won_revenue + other_revenue, lead_revenue, other_variance,"
        " covariance, lead_variance, other_luck_variance, lead_luck_variance, low_80_weekly_leads,"
        " high_80_weekly_leads, safe_leads from intermediate.int_plan_required_leads_estimated"
        " where is_total",
    )
    goal, base, lead, variance, covariance, square, luck, lead_luck, low, high, safe = row
    for leads, deviations, has_luck in ((low, -1.3277, 0), (high, 1.3277, 0), (safe, 0.861, 1)):
        spread = variance + 2 * covariance * leads + square * leads**2
        spread += has_luck * (luck + lead_luck * leads)
        assert base + lead * leads - goal == pytest.approx(deviations * spread**0.5, rel=1e-6)


def test_a_jackknife_sample_leaves_its_twentieth_out(planned: tuple[Path, Truth]) -> None:
    database, _ = planned
    [(whole, parts)] = query(
        database,
        "select sum(case when sample_number = 0 then joined_count end),"
        " sum(case when sample_number between 1 and 20 then joined_count end)"
        " from intermediate.int_plan_life_tables_estimated where from_node = 'lead'",
    )
    assert parts == 19 * whole


def test_counts_of_journeys_are_those_of_the_fact(planned: tuple[Path, Truth]) -> None:
    database, _ = planned
    [(counted, leads)] = query(
        database,
        "select (select sum(journey_count) from intermediate.int_plan_transitions_counted"
        " where from_node = 'lead' and unseen_weeks = 0),"
        " (select count(qualified_lead_at) from marts.fct_journeys"
        f" where qualified_lead_at >= date '{CUTOFF}' - 728"
        f" and qualified_lead_at < date '{CUTOFF}')",
    )
    assert counted == leads


def test_a_scenario_of_higher_prices_needs_fewer_leads(folder: Path) -> None:
    database = folder / "scenarios" / NAME
    _company(database, 5, 80)
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            insert into seeds.planning_scenarios values
                ('dearer', null, 'price', null, null, 2),
                ('more', 'company', 'rate', 'opportunity', null, 2),
                ('slower', null, 'wait', 'opportunity', null, 2),
                ('same', null, 'wait', 'opportunity', null, 1)
        """)
    _plan(database, folder / "target")
    leads = dict(
        query(database, "select scenario, weekly_leads from marts.plan_targets where is_total")
    )
    assert leads["dearer"] == pytest.approx(leads["more"])
    assert leads["dearer"] < leads["base"]
    assert leads["same"] == pytest.approx(leads["base"])
    wins = dict(
        query(
            database,
            "select scenario, lead_wins from intermediate.int_plan_required_leads_estimated"
            " where is_total",
        )
    )
    assert wins["slower"] < wins["base"] == pytest.approx(wins["more"] / 2)


def test_the_first_plan_of_a_week_is_compared_with_what_happened(folder: Path) -> None:
    database = folder / "snapshots" / NAME
    _company(database, 8, 40)
    assert run_dbt(["seed", "--quiet", "-s", *SEEDS], database, folder / "target").success
    for cutoff in ("2026-05-04", "2026-06-01", "2026-06-02"):
        command = [
            "run",
            "--quiet",
            "-s",
            "+plan_actuals,path:models/*/planning",
            "history_plans",
        ]
        assert run_dbt(command, database, folder / "target", {"cutoff": cutoff}).success
    made = query(database, "select distinct made_week::text from history.history_plans order by 1")
    assert made == [("2026-05-04",), ("2026-06-01",)]
    actuals = query(
        database,
        "select plan_week::text, actual_count from marts.plan_actuals where node = 'lead'",
    )
    counted = query(
        database,
        "select date_trunc('week', reached_lead_at)::date::text, count(*) from marts.fct_journeys"
        " where reached_lead_at >= '2026-05-04' group by 1",
    )
    assert len(actuals) == 4
    assert sorted(actuals) == sorted(counted)
    assert query(database, "select count(*) from marts.plan_actuals") == [(20,)]


def test_the_weeks_of_the_plan_are_those_of_the_business(folder: Path) -> None:
    """A Wednesday's plan in weeks from Sunday: the rest of the week under way, then whole weeks."""
    database, target = folder / "weeks" / NAME, folder / "target"
    _company(database, 8, 40)
    assert run_dbt(["seed", "--quiet", "-s", *SEEDS], database, target).success
    variables = {"cutoff": "2026-06-03", "week_start": "sunday"}
    assert run_dbt(["run", "--quiet", "-s", PLANNED], database, target, variables).success
    assert run_dbt(["test", "--quiet", "-s", LAW], database, target, variables).success
    rows = query(
        database,
        "select plan_week, weeks_ahead, plan_days, planned_volume from marts.plan_weeks"
        " where scenario = 'base' and node = 'lead' order by 1",
    )
    assert [(week.isoformat(), ahead, days) for week, ahead, days, _ in rows[:2]] == [
        ("2026-05-31", 0, 4),
        ("2026-06-07", 1, 7),
    ]
    assert {week.isoweekday() for week, *_ in rows} == {7}
    assert {days for _, _, days, _ in rows[1:-1]} == {7}
    assert rows[-1][2] == 3
    needed = query(
        database, "select weekly_leads from marts.plan_targets where scenario = 'base' and is_total"
    )
    for *_, days, volume in rows:
        assert volume == pytest.approx(needed[0][0] * days / 7, rel=1e-6)
