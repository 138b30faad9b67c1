"""Rates that change: a second computation, and companies whose rates are known."""

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from funnel.benchmarks.planning.company import Company, Floats, Kind, draw_company
from funnel.benchmarks.planning.history import draw_history
from funnel.benchmarks.planning.land import CUTOFF, SEEDS, TABLES, land_journeys, land_target
from funnel.benchmarks.planning.truth import find_truth
from tests.python.conftest import NAME, query
from tests.python.warm_dbt import run_dbt

PRIOR_CHANGE = 0.08
PLANS = "+plan_targets,path:models/*/planning"
Candidates = list[tuple[float, float, float]]
NODES = ("lead", "prospect", "opportunity")
COMPANIES = {
    "constant": (np.zeros(4), np.zeros(4)),
    "shifts": (np.array([0.0, -0.25, 0.0, 0.0]), np.zeros(4)),
    "trends": (np.zeros(4), np.array([0.0, 0.0, 0.25, 0.0])),
}


def _land(database: Path, funnel: str, company: Company, seed: int) -> None:
    history = draw_history(np.random.default_rng(seed), company)
    with duckdb.connect(str(database)) as connection:
        land_journeys(connection, funnel, history)
        land_target(connection, funnel, company, find_truth(company, history))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One company three times: its rates are constant; one fell by a quarter one year ago; one
    rises by a quarter per year."""
    folder = tmp_path_factory.mktemp("trends")
    database = folder / NAME
    steady = draw_company(np.random.default_rng(3), Kind("any", 150))
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
    for funnel, (jumps, slopes) in COMPANIES.items():
        company = replace(
            steady, jump_sizes=jumps, jump_days=np.full(4, -365.0), rate_slopes=slopes
        )
        _land(database, funnel, company, 17)
    variables = {"cutoff": CUTOFF.isoformat()}
    for command in (["seed", "-s", *SEEDS], ["run", "-s", PLANS]):
        assert run_dbt([*command, "--quiet"], database, folder / "target", variables).success
    return database


def _trends(database: Path) -> dict[tuple[str, str], dict[str, float]]:
    rows = query(
        database,
        "select funnel, from_node, change_probability, mean_years, yearly_trend, level_shift,"
        " trend_variance, shift_variance, covariance, yearly_shift_variance"
        " from intermediate.int_plan_rate_trends_estimated",
    )
    names = ("change", "mean", "trend", "shift", "trend_var", "shift_var", "covariance", "yearly")
    return {row[:2]: dict(zip(names, row[2:], strict=True)) for row in rows}


def test_rates_that_change_are_separated_from_constant_rates(planned: Path) -> None:
    trends = _trends(planned)
    assert trends["constant", "lead"]["change"] < 0.5
    assert trends["shifts", "lead"]["change"] > 0.99
    assert trends["trends", "lead"]["change"] > 0.99
    for node in NODES:
        assert abs(trends["constant", node]["trend"]) < 0.03
        assert abs(trends["constant", node]["shift"]) < 0.03


def test_a_shift_and_a_trend_are_found_where_they_are(planned: Path) -> None:
    trends = _trends(planned)
    # Half of the history is after the fall, so its mean contains half of it.
    assert trends["shifts", "lead"]["shift"] == pytest.approx(-0.125, abs=0.05)
    assert abs(trends["shifts", "lead"]["trend"]) < 0.02
    assert trends["trends", "prospect"]["trend"] == pytest.approx(0.25, abs=0.08)


def _positions(years: Floats) -> list[Floats]:
    """What each candidate regresses the rate on: years, or whether a block is after the shift."""
    shifts = [(np.arange(len(years)) <= last).astype(float) for last in range(len(years) - 1)]
    return [years, *shifts]


def _fitted(expected: Floats, actual: Floats, years: Floats) -> Candidates:
    """Mean position, variance and size of each candidate change: weighted regression by numpy."""
    level = expected * actual.sum() / expected.sum()
    found = []
    for position in _positions(years):
        mean = np.average(position, weights=level)
        spread = float((level * (position - mean) ** 2).sum())
        change = float(((actual - level) * (position - mean)).sum()) / spread
        residual = actual - level * (1 + change * (position - mean))
        found.append((mean, spread, change, float((residual**2 / level).sum())))
    dispersion = max(min(rest for *_, rest in found) / (len(years) - 2), 1)
    return [(mean, dispersion / spread, change) for mean, spread, change, _ in found]


def _probabilities(candidates: Candidates) -> tuple[float, Floats, Candidates]:
    """Log evidence that the rate changes; the share, mean, size and variance of each candidate."""
    prior = PRIOR_CHANGE**2
    count = len(candidates)
    priors = np.array([0.5] + [0.5 / (count - 1)] * (count - 1))
    odds = np.empty(count)
    shrunk: Candidates = []
    for number, (mean, variance, change) in enumerate(candidates):
        trust = prior / (prior + variance)
        # The normal density of the data if the rate changes, over that if it is constant.
        odds[number] = -0.5 * (change**2 / (variance + prior) - change**2 / variance)
        odds[number] += -0.5 * np.log((variance + prior) / variance) + np.log(priors[number])
        shrunk.append((mean, trust * change, trust * variance))
    evidence = float(np.logaddexp.reduce(odds))
    shares: Floats = np.exp(odds - evidence)
    return evidence, shares, shrunk


@pytest.mark.parametrize("funnel", list(COMPANIES))
def test_trends_equal_a_second_computation(planned: Path, funnel: str) -> None:
    fits = {}
    for node in NODES:
        rows = query(
            planned,
            "select expected_volume, advanced_count, midpoint_years"
            " from intermediate.int_plan_rate_residuals_measured"
            f" where funnel = '{funnel}' and from_node = '{node}' and expected_volume >= 5"
            " order by block_number",
        )
        expected, actual, years = np.array(rows, dtype=float).T
        fits[node] = _probabilities(_fitted(expected, actual, years))
    probability = 1 / (1 + np.exp(-sum(evidence for evidence, *_ in fits.values())))
    for node, (_, shares, candidates) in fits.items():
        found = _trends(planned)[funnel, node]
        changes = np.array(
            [
                [change if number == 0 else 0.0, 0.0 if number == 0 else change * (1 - mean)]
                for number, (mean, change, _) in enumerate(candidates)
            ]
        )
        variances = np.array([variance for *_, variance in candidates])
        reach = np.array([1.0, *[1 - mean for mean, *_ in candidates[1:]]])
        mean = probability * shares @ changes
        squares = probability * shares * (changes.sum(axis=1) ** 2 + variances * reach**2)
        assert found["change"] == pytest.approx(probability, rel=1e-6)
        assert [found["trend"], found["shift"]] == pytest.approx(list(mean), rel=1e-6, abs=1e-9)
        assert found["trend_var"] == pytest.approx(squares[0] - mean[0] ** 2, rel=1e-6, abs=1e-9)
        rest = squares[1:].sum() - mean[1] ** 2
        assert found["shift_var"] == pytest.approx(rest, rel=1e-6, abs=1e-9)
        again = 0.5 * probability * shares[1:].sum() * PRIOR_CHANGE**2
        assert found["yearly"] == pytest.approx(again, rel=1e-6, abs=1e-9)
        assert found["covariance"] == pytest.approx(-mean[0] * mean[1], rel=1e-6, abs=1e-9)


def _samples(database: Path, funnel: str, node: str, week: int) -> Floats:
    """What each sample's plan needs in a week, from its leads and its arrivals."""
    rows = query(
        database,
        "select sum(case inflow when 'new_leads' then weekly_leads else 1 end * entry_volume)"
        " from intermediate.int_plan_scenario_flows_estimated"
        " join intermediate.int_plan_new_revenue_estimated using (scenario, funnel, sample_number)"
        " where scenario = 'base' and is_total and inflow != 'first_lead'"
        f" and funnel = '{funnel}' and node = '{node}' and week_number = {week}"
        " group by sample_number order by sample_number",
    )
    return np.array([volume for (volume,) in rows])


@pytest.mark.parametrize("node", ["lead", "prospect", "opportunity", "win"])
def test_intervals_of_weeks_cover_samples_luck_and_changing_rates(planned: Path, node: str) -> None:
    shares = {}
    for funnel in COMPANIES:
        volumes = _samples(planned, funnel, node, 5)
        parts = 19 * volumes[1:21].var()
        shifted = ((volumes[21:] - volumes[0]) ** 2).sum()
        luck = 0 if node == "lead" else volumes[0]
        [(planned_volume, high)] = query(
            planned,
            "select planned_volume, high_80_volume from marts.plan_weeks"
            f" where funnel = '{funnel}' and node = '{node}' and weeks_ahead = 5",
        )
        assert planned_volume == pytest.approx(volumes[0], rel=1e-9)
        reach = 1.3277 * np.sqrt(parts + shifted + luck)
        assert high - planned_volume == pytest.approx(reach, rel=1e-6)
        shares[funnel] = shifted / planned_volume**2
    assert shares["shifts"] > 0
    assert shares["constant"] < min(shares["shifts"], shares["trends"])
