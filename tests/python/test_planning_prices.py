"""Prices of wins where wins are few, by the amounts of opportunities that are not won."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from funnel.benchmarks.planning.company import GROUPS, PRICES, Kind, draw_company
from funnel.benchmarks.planning.history import History, draw_history
from funnel.benchmarks.planning.land import CUTOFF, TABLES, land_journeys
from funnel.benchmarks.planning.truth import MEAN_PRICES
from tests.python.conftest import NAME, messages, query
from tests.python.warm_dbt import run_dbt

COMPANIES = 16
HISTORY = -7 * 104
PRIOR_GAP = 0.1
PRIOR_WINS = 2
POOL_WINS = 0.25  # the mean of the funnel counts as much as this number of wins
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def histories() -> list[History]:
    rngs = [np.random.default_rng([3, number]) for number in range(COMPANIES)]
    return [draw_history(rng, draw_company(rng, Kind("any", 60))) for rng in rngs]


@pytest.fixture(scope="module")
def database(histories: list[History], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each company three times: with the amounts of its opportunities, with amounts of wins alone,
    and with the same amount on every opportunity."""
    folder = tmp_path_factory.mktemp("prices")
    path = folder / NAME
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for number, history in enumerate(histories):
            land_journeys(connection, f"known {number}", history)
            land_journeys(connection, f"unknown {number}", history, has_open_amounts=False)
            land_journeys(connection, f"equal {number}", history)
        connection.execute(
            "update marts.fct_journeys set opportunity_amount = 10000"
            " where funnel like 'equal %' and opportunity_amount is not null"
        )
    selected = "+int_plan_win_values_estimated,path:models/*/planning"
    arguments = ["run", "--quiet", "--select", selected]
    outcome = run_dbt(arguments, path, folder / "target", {"cutoff": CUTOFF.isoformat()})
    assert outcome.success, messages(outcome)
    return path


def _prices(database: Path, amounts: str) -> Floats:
    """Companies by lead groups."""
    found = query(
        database,
        "select mean_price from intermediate.int_plan_win_values_estimated where sample_number = 0"
        f" and funnel like '{amounts} %' order by cast(split_part(funnel, ' ', 2) as int),"
        " array_position(['small', 'middle', 'large'], lead_group)",
    )
    return np.array(found, dtype=np.float64).reshape(COMPANIES, len(GROUPS))


def _logs(history: History) -> tuple[list[Floats], list[Floats]]:
    """Of won amounts and of the amounts of other opportunities, by lead group."""
    won = (history.entered[:, 4] < 0) & (history.entered[:, 4] >= HISTORY)
    unwon = (history.entered[:, 4] >= 0) & (history.entered[:, 3] < 0)
    unwon &= history.entered[:, 3] >= HISTORY
    groups = [history.group == each for each in range(len(GROUPS))]
    prices = [np.log(history.amount[won & group]) for group in groups]
    return prices, [np.log(history.forecast[unwon & group]) for group in groups]


def _price(history: History) -> Floats:
    """A second computation: the mean of wins and of other amounts, each weighted by how certain it
    is; how far lead groups differ from one another as in DerSimonian and Laird."""
    prices, amounts = _logs(history)
    every = np.concatenate(prices)
    within = sum(len(each) * each.var() for each in prices)
    pooled = within / sum(len(each) - 1 for each in prices)
    spread = np.array(
        [
            ((len(each) - 1) * each.var(ddof=1) + PRIOR_WINS * pooled)
            / (len(each) - 1 + PRIOR_WINS)
            for each in prices
        ]
    )
    won_variance = spread / [len(each) for each in prices]
    amount_variance = np.array([each.var(ddof=1) / len(each) for each in amounts])
    gaps = np.array([won.mean() - each.mean() for won, each in zip(prices, amounts, strict=True)])
    weights = 1 / (won_variance + amount_variance)
    usual = np.average(gaps, weights=weights)
    excess = weights @ (gaps - usual) ** 2 - (len(gaps) - 1)
    between = max(excess / (weights.sum() - (weights**2).sum() / weights.sum()), PRIOR_GAP**2)
    means = [
        np.average(
            [won.mean(), each.mean() + usual, every.mean()],
            weights=[1 / own, 1 / (between + own_amount), POOL_WINS / own_spread],
        )
        for won, each, own, own_amount, own_spread in zip(
            prices, amounts, won_variance, amount_variance, spread, strict=True
        )
    ]
    mean: Floats = np.exp(np.array(means) + spread / 2)
    return mean


def test_a_price_is_the_weighted_mean_of_wins_and_other_amounts(
    histories: list[History], database: Path
) -> None:
    expected = np.array([_price(history) for history in histories])
    assert _prices(database, "known") == pytest.approx(expected, rel=1e-6)


def test_prices_are_nearer_to_the_truth_with_amounts_of_other_opportunities(
    database: Path,
) -> None:
    def error(amounts: str) -> Floats:
        squares: Floats = np.log(_prices(database, amounts) / MEAN_PRICES) ** 2
        mean: Floats = np.sqrt(squares.mean(axis=0))
        return mean

    assert (error("known") < error("unknown"))[PRICES.min() < PRICES].all()
    assert error("known")[-1] < 0.8 * error("unknown")[-1], "large opportunities are few"


def test_an_amount_that_is_the_same_on_every_opportunity_counts_for_little(
    histories: list[History], database: Path
) -> None:
    """Lead groups differ too much in it: a price changes by less than its own uncertainty."""
    changes = np.abs(np.log(_prices(database, "equal") / _prices(database, "unknown")))
    spreads = [[(each.var(ddof=1), len(each)) for each in _logs(h)[0]] for h in histories]
    variance, count = np.moveaxis(np.array(spreads), -1, 0)
    assert (changes < 0.7 * np.sqrt((variance + variance**2 / 2) / count)).all()
