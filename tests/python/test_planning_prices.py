"""What a win is worth where there are few, by the amounts of those that are no win."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.planning.company import PRICES, SEGMENTS, Kind, draw_company
from benchmarks.planning.history import History, draw_history
from benchmarks.planning.land import CUTOFF, TABLES, land_journeys
from benchmarks.planning.truth import MEAN_PRICES
from tests.python.conftest import messages, query
from tools.run_dbt import run_dbt

COMPANIES = 16
HISTORY = -7 * 104
USUAL_GAP = 0.1
PRIOR_WINS = 2
POOL_WINS = 0.25  # as many wins as the funnel's mean counts for
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def histories() -> list[History]:
    rngs = [np.random.default_rng([3, number]) for number in range(COMPANIES)]
    return [draw_history(rng, draw_company(rng, Kind("any", 60))) for rng in rngs]


@pytest.fixture(scope="module")
def database(histories: list[History], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each company three times: with what it hoped for, without, and with one and the same amount
    on every opportunity."""
    folder = tmp_path_factory.mktemp("prices")
    path = folder / "companies.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for number, history in enumerate(histories):
            land_journeys(connection, f"told {number}", history)
            land_journeys(connection, f"untold {number}", history, tells_hopes=False)
            land_journeys(connection, f"alike {number}", history)
        connection.execute(
            "update marts.fct_journeys set opportunity_amount = 10000"
            " where funnel like 'alike %' and opportunity_amount is not null"
        )
    arguments = ["run", "--quiet", "--select", "+plan_prices,path:models/*/planning"]
    outcome = run_dbt(arguments, path, folder / "target", {"cutoff": CUTOFF.isoformat()})
    assert outcome.success, messages(outcome)
    return path


def _prices(database: Path, way: str) -> Floats:
    """Companies by segments."""
    told = query(
        database,
        "select mean_price from intermediate.int_plan_prices_estimated where sample_number = 0"
        f" and funnel like '{way} %' order by cast(split_part(funnel, ' ', 2) as int),"
        " array_position(['small', 'middle', 'large'], segment)",
    )
    return np.array(told, dtype=np.float64).reshape(COMPANIES, len(SEGMENTS))


def _logs(history: History) -> tuple[list[Floats], list[Floats]]:
    """Of prices and of hopes, by segment."""
    won = (history.entered[:, 4] < 0) & (history.entered[:, 4] >= HISTORY)
    hopes = (history.entered[:, 4] >= 0) & (history.entered[:, 3] < 0)
    hopes &= history.entered[:, 3] >= HISTORY
    parts = [history.segment == each for each in range(len(SEGMENTS))]
    prices = [np.log(history.amount[won & part]) for part in parts]
    return prices, [np.log(history.hoped[hopes & part]) for part in parts]


def _price(history: History) -> Floats:
    """The same told otherwise: the middle of what wins say and what hopes say, each weighed by how
    sure it is; how far segments differ from one another as DerSimonian and Laird have it."""
    prices, hopes = _logs(history)
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
    unsure = spread / [len(each) for each in prices]
    hope_unsure = np.array([each.var(ddof=1) / len(each) for each in hopes])
    gaps = np.array([won.mean() - hope.mean() for won, hope in zip(prices, hopes, strict=True)])
    weights = 1 / (unsure + hope_unsure)
    usual = np.average(gaps, weights=weights)
    strayed = weights @ (gaps - usual) ** 2 - (len(gaps) - 1)
    between = max(strayed / (weights.sum() - (weights**2).sum() / weights.sum()), USUAL_GAP**2)
    told = [
        np.average(
            [won.mean(), hope.mean() + usual, every.mean()],
            weights=[1 / own, 1 / (between + own_hope), POOL_WINS / own_spread],
        )
        for won, hope, own, own_hope, own_spread in zip(
            prices, hopes, unsure, hope_unsure, spread, strict=True
        )
    ]
    mean: Floats = np.exp(np.array(told) + spread / 2)
    return mean


def test_a_price_is_weighed_of_wins_and_hopes(histories: list[History], database: Path) -> None:
    wanted = np.array([_price(history) for history in histories])
    assert _prices(database, "told") == pytest.approx(wanted, rel=1e-6)


def test_prices_come_nearer_to_the_truth_by_what_was_hoped_for(database: Path) -> None:
    def missed(way: str) -> Floats:
        strayed: Floats = np.log(_prices(database, way) / MEAN_PRICES) ** 2
        missed_by: Floats = np.sqrt(strayed.mean(axis=0))
        return missed_by

    assert (missed("told") < missed("untold"))[PRICES.min() < PRICES].all()
    assert missed("told")[-1] < 0.8 * missed("untold")[-1], "large deals are few"


def test_an_amount_that_stands_on_every_opportunity_tells_little(
    histories: list[History], database: Path
) -> None:
    """Segments differ too much in it: a price moves by less than chance leaves open anyway."""
    strayed = np.abs(np.log(_prices(database, "alike") / _prices(database, "untold")))
    spreads = [[(each.var(ddof=1), len(each)) for each in _logs(h)[0]] for h in histories]
    variance, count = np.moveaxis(np.array(spreads), -1, 0)
    assert (strayed < 0.7 * np.sqrt((variance + variance**2 / 2) / count)).all()
