"""How a plan tells that rates move: a second computation, and companies whose rates are known."""

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from benchmarks.planning.company import Company, Floats, Kind, draw_company
from benchmarks.planning.history import draw_history
from benchmarks.planning.land import CUTOFF, TABLES, land_journeys, land_target
from benchmarks.planning.truth import find_truth
from tests.python.conftest import query
from tools.run_dbt import run_dbt

USUAL_MOVE = 0.08
PLANS = ("+plan_targets,path:models/*/planning", "+plan_weeks,path:models/*/planning")
Ways = list[tuple[float, float, float]]
STEPS = ("lead", "prospect", "opportunity")
COMPANIES = {
    "holds": (np.zeros(4), np.zeros(4)),
    "jumps": (np.array([0.0, -0.25, 0.0, 0.0]), np.zeros(4)),
    "drifts": (np.zeros(4), np.array([0.0, 0.0, 0.25, 0.0])),
}


def _land(database: Path, funnel: str, company: Company, seed: int) -> None:
    history = draw_history(np.random.default_rng(seed), company)
    with duckdb.connect(str(database)) as connection:
        land_journeys(connection, funnel, history)
        land_target(connection, funnel, company, find_truth(company, history))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One company three times: its rates hold; one fell by a quarter a year ago; one rises by a
    quarter a year."""
    folder = tmp_path_factory.mktemp("moves")
    database = folder / "moves.duckdb"
    steady = draw_company(np.random.default_rng(3), Kind("any", 150))
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
    for funnel, (jumps, slopes) in COMPANIES.items():
        company = replace(
            steady, jump_sizes=jumps, jump_days=np.full(4, -365.0), rate_slopes=slopes
        )
        _land(database, funnel, company, 17)
    variables = {"cutoff": CUTOFF.isoformat()}
    for command in (["seed", "-s", "lifecycle_stages"], ["run", "-s", *PLANS]):
        assert run_dbt([*command, "--quiet"], database, folder / "target", variables).success
    return database


def _drifts(database: Path) -> dict[tuple[str, str], dict[str, float]]:
    rows = query(
        database,
        "select funnel, step, moving_rate, mean_years, yearly_drift, level_shift,"
        " drift_variance, shift_variance, covariance, yearly_variance from intermediate.int_plan_rate_trends_combined",
    )
    names = ("moving", "mean", "drift", "shift", "drift_var", "shift_var", "covariance", "yearly")
    return {row[:2]: dict(zip(names, row[2:], strict=True)) for row in rows}


def test_rates_that_move_are_told_from_rates_that_hold(planned: Path) -> None:
    drifts = _drifts(planned)
    assert drifts["holds", "lead"]["moving"] < 0.5
    assert drifts["jumps", "lead"]["moving"] > 0.99
    assert drifts["drifts", "lead"]["moving"] > 0.99
    for step in STEPS:
        assert abs(drifts["holds", step]["drift"]) < 0.03
        assert abs(drifts["holds", step]["shift"]) < 0.03


def test_a_jump_and_a_trend_are_each_found_where_they_are(planned: Path) -> None:
    drifts = _drifts(planned)
    # Half of the history lies after the fall, so that its mean has seen half of it.
    assert drifts["jumps", "lead"]["shift"] == pytest.approx(-0.125, abs=0.05)
    assert abs(drifts["jumps", "lead"]["drift"]) < 0.02
    assert drifts["drifts", "prospect"]["drift"] == pytest.approx(0.25, abs=0.08)


def _ways(years: Floats) -> list[Floats]:
    jumps = [(np.arange(len(years)) <= last).astype(float) for last in range(len(years) - 1)]
    return [years, *jumps]


def _second_look(expected: Floats, happened: Floats, years: Floats) -> Ways:
    """Each way a rate may have moved: weighted regression on its course, by numpy."""
    level = expected * happened.sum() / expected.sum()
    found = []
    for place in _ways(years):
        mean = np.average(place, weights=level)
        spread = float((level * (place - mean) ** 2).sum())
        move = float(((happened - level) * (place - mean)).sum()) / spread
        left = float(((happened - level * (1 + move * (place - mean))) ** 2 / level).sum())
        found.append((mean, spread, move, left))
    dispersion = max(min(left for *_, left in found) / (len(years) - 2), 1)
    return [(mean, dispersion / spread, move) for mean, spread, move, _ in found]


def _beliefs(ways: Ways) -> tuple[float, Floats, Ways]:
    """Log evidence that a step moves, each way's share in it, and its mean, move and variance."""
    usual = USUAL_MOVE**2
    priors = np.array([0.5] + [0.5 / (len(ways) - 1)] * (len(ways) - 1))
    odds = np.empty(len(ways))
    moves: Ways = []
    for place, (mean, variance, move) in enumerate(ways):
        trust = usual / (usual + variance)
        # The normal density of what was seen if it moves, over that if it holds.
        odds[place] = -0.5 * (move**2 / (variance + usual) - move**2 / variance)
        odds[place] += -0.5 * np.log((variance + usual) / variance) + np.log(priors[place])
        moves.append((mean, trust * move, trust * variance))
    evidence = float(np.logaddexp.reduce(odds))
    shares: Floats = np.exp(odds - evidence)
    return evidence, shares, moves


@pytest.mark.parametrize("funnel", list(COMPANIES))
def test_beliefs_about_moving_rates_equal_a_second_computation(planned: Path, funnel: str) -> None:
    steps = {}
    for step in STEPS:
        rows = query(
            planned,
            "select expected_volume, advanced_count, years from intermediate.int_plan_rate_residuals_measured"
            f" where funnel = '{funnel}' and step = '{step}' and expected_volume >= 5"
            " order by block_number",
        )
        expected, happened, years = np.array(rows, dtype=float).T
        steps[step] = _beliefs(_second_look(expected, happened, years))
    moving = 1 / (1 + np.exp(-sum(evidence for evidence, *_ in steps.values())))
    for step, (_, shares, moves) in steps.items():
        told = _drifts(planned)[funnel, step]
        courses = np.array(
            [
                [move if number == 0 else 0.0, 0.0 if number == 0 else move * (1 - mean)]
                for number, (mean, move, _) in enumerate(moves)
            ]
        )
        unsure = np.array([variance for *_, variance in moves])
        reach = np.array([1.0, *[1 - mean for mean, *_ in moves[1:]]])
        mean = moving * shares @ courses
        squares = moving * shares * (courses.sum(axis=1) ** 2 + unsure * reach**2)
        assert told["moving"] == pytest.approx(moving, rel=1e-6)
        assert [told["drift"], told["shift"]] == pytest.approx(list(mean), rel=1e-6, abs=1e-9)
        assert told["drift_var"] == pytest.approx(squares[0] - mean[0] ** 2, rel=1e-6, abs=1e-9)
        rest = squares[1:].sum() - mean[1] ** 2
        assert told["shift_var"] == pytest.approx(rest, rel=1e-6, abs=1e-9)
        again = 0.5 * moving * shares[1:].sum() * USUAL_MOVE**2
        assert told["yearly"] == pytest.approx(again, rel=1e-6, abs=1e-9)
        assert told["covariance"] == pytest.approx(-mean[0] * mean[1], rel=1e-6, abs=1e-9)


def _samples(database: Path, funnel: str, node: str, week: int) -> Floats:
    """What each sample's plan asks for in a week, from its leads and its arrivals."""
    rows = query(
        database,
        "select sum(case when source = 'new' then leads.weekly_leads else 1 end * entry_volume)"
        " from intermediate.int_plan_arrivals_estimated join intermediate.int_plan_leads_aggregated as leads"
        " using (scenario, funnel, sample_number)"
        f" where scenario = 'base' and source != 'first' and funnel = '{funnel}'"
        f" and node = '{node}' and week_number = {week} group by sample_number"
        " order by sample_number",
    )
    return np.array([volume for (volume,) in rows])


@pytest.mark.parametrize("node", ["lead", "prospect", "opportunity", "win"])
def test_intervals_of_weeks_hold_samples_chance_and_moving_rates(planned: Path, node: str) -> None:
    shares = {}
    for funnel in COMPANIES:
        volumes = _samples(planned, funnel, node, 5)
        parts = 19 * volumes[1:21].var()
        moved = ((volumes[21:] - volumes[0]) ** 2).sum()
        chance = 0 if node == "lead" else volumes[0]
        [(planned_volume, high)] = query(
            planned,
            "select planned_volume, high_80_volume from marts.plan_weeks"
            f" where funnel = '{funnel}' and node = '{node}' and week_number = 5",
        )
        assert planned_volume == pytest.approx(volumes[0], rel=1e-9)
        reach = 1.3277 * np.sqrt(parts + moved + chance)
        assert high - planned_volume == pytest.approx(reach, rel=1e-6)
        shares[funnel] = moved / planned_volume**2
    assert shares["jumps"] > 0
    assert shares["holds"] < min(shares["jumps"], shares["drifts"])
