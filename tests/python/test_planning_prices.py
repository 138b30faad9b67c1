"""Prices of wins where wins are few, by the amounts of opportunities that are not won."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from funnel.benchmarks.planning.company import (
    GROUPS,
    PRICES,
    Company,
    Kind,
    Prices,
    draw_company,
)
from funnel.benchmarks.planning.history import History, draw_history
from funnel.benchmarks.planning.land import CUTOFF, TABLES, land_journeys
from tests.python.conftest import NAME, messages, query
from tests.python.warm_dbt import run_dbt

COMPANIES = 16
HISTORY = -7 * 104
PRIOR_WINS = 2
Floats = NDArray[np.float64]
Group = tuple[
    Floats, Floats
]  # logarithms of won amounts, and of the amounts of other opportunities


@pytest.fixture(scope="module")
def histories() -> list[History]:
    rngs = [np.random.default_rng([3, number]) for number in range(COMPANIES)]
    return [draw_history(rng, draw_company(rng, Kind("any", 60))) for rng in rngs]


@pytest.fixture(scope="module")
def sellers() -> list[tuple[Company, History]]:
    """Companies with a price list of three products far apart."""
    kind = Kind("any", 60, price_law="price list")
    rngs = [np.random.default_rng([4, number]) for number in range(COMPANIES)]
    companies = [draw_company(rng, kind) for rng in rngs]
    return [(each, draw_history(rng, each)) for rng, each in zip(rngs, companies, strict=True)]


@pytest.fixture(scope="module")
def database(
    histories: list[History],
    sellers: list[tuple[Company, History]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Each company three times: with the amounts of its opportunities, with amounts of wins alone,
    and with the same amount on every opportunity; and the companies with a price list."""
    folder = tmp_path_factory.mktemp("prices")
    path = folder / NAME
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for number, history in enumerate(histories):
            land_journeys(connection, f"known {number}", history)
            land_journeys(connection, f"unknown {number}", history, has_open_amounts=False)
            land_journeys(connection, f"equal {number}", history)
        for number, (_, history) in enumerate(sellers):
            land_journeys(connection, f"listed {number}", history)
        connection.execute(
            "update marts.fct_journeys set opportunity_amount = 10000"
            " where funnel like 'equal %' and opportunity_amount is not null"
        )
    selected = ["+int_plan_win_values_estimated,path:models/*/planning"]
    selected += ["int_plan_amount_ratios_estimated"]
    arguments = ["run", "--quiet", "--select", *selected]
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


def _logs(history: History) -> list[Group]:
    """By lead group."""
    won = (history.entered[:, 4] < 0) & (history.entered[:, 4] >= HISTORY)
    unwon = (history.entered[:, 4] >= 0) & (history.entered[:, 3] < 0)
    unwon &= history.entered[:, 3] >= HISTORY
    groups = [history.group == each for each in range(len(GROUPS))]
    amounts, forecasts = np.log(history.amount), np.log(history.forecast)
    return [(amounts[won & group], forecasts[unwon & group]) for group in groups]


def _spread(weights: Floats, values: Floats) -> float:
    """How far lead groups truly differ, as in DerSimonian and Laird."""
    usual = np.average(values, weights=weights)
    excess = weights @ (values - usual) ** 2 - (len(values) - 1)
    return float(excess / (weights.sum() - (weights**2).sum() / weights.sum()))


def _all_prices(funnels: list[list[Group]]) -> list[Floats]:
    """A second computation, from single amounts; every lead group has two wins at least."""
    squares = [np.array([((w - w.mean()) ** 2).sum() for w, _ in funnel]) for funnel in funnels]
    frees = [np.array([len(wins) - 1 for wins, _ in funnel]) for funnel in funnels]
    company = sum(each.sum() for each in squares) / sum(each.sum() for each in frees)
    variances = []
    for square, free in zip(squares, frees, strict=True):
        usual = (square.sum() + 4 * company) / (free.sum() + 4)
        variances.append((square + PRIOR_WINS * usual) / (free + PRIOR_WINS))
    gaps = [_gaps(funnel, each) for funnel, each in zip(funnels, variances, strict=True)]
    weights = np.concatenate([weight for _, weight in gaps])
    company_gap = float(np.average(np.concatenate([gap for gap, _ in gaps]), weights=weights))
    levels = [
        _levels(funnel, variance, gap, company_gap)
        for funnel, variance, gap in zip(funnels, variances, gaps, strict=True)
    ]
    return _means(funnels, levels, variances)


def _means(
    funnels: list[list[Group]], levels: list[Floats], variances: list[Floats]
) -> list[Floats]:
    """A lognormal curve times how far wins are from it, in the funnel (with 4 wins like the
    company's), beside the own wins (with 100 like the funnel's)."""
    above = [
        np.array([np.exp(wins).sum() for wins, _ in funnel]) / level
        for funnel, level in zip(funnels, levels, strict=True)
    ]
    counts = [np.array([len(wins) for wins, _ in funnel]) for funnel in funnels]
    curves = [np.exp(variance / 2) for variance in variances]
    expected = [float(count @ curve) for count, curve in zip(counts, curves, strict=True)]
    every = sum(each.sum() for each in above) / sum(expected)
    prices = []
    for level, own, count, curve, sum_expected in zip(
        levels, above, counts, curves, expected, strict=True
    ):
        number = count.sum()
        ratio = (number * own.sum() / sum_expected + 4 * every) / (number + 4)
        prices.append(level * (own + 100 * curve * ratio) / (count + 100))
    return prices


def _gaps(funnel: list[Group], variance: Floats) -> tuple[Floats, Floats]:
    """Of lead groups with amounts of other opportunities: wins above those, and how certain."""
    known = [number for number, (_, others) in enumerate(funnel) if len(others) > 1]
    gap = [funnel[each][0].mean() - funnel[each][1].mean() for each in known]
    luck = [
        variance[each] / len(funnel[each][0]) + funnel[each][1].var(ddof=1) / len(funnel[each][1])
        for each in known
    ]
    return np.array(gap), 1 / np.array(luck)


def _levels(
    funnel: list[Group], variance: Floats, gaps: tuple[Floats, Floats], company_gap: float
) -> Floats:
    """Own wins, other opportunities and the funnel, each weighted by how certain it is."""
    count = np.array([len(wins) for wins, _ in funnel])
    mean = np.array([wins.mean() for wins, _ in funnel])
    between = (max(_spread(count / variance, mean), 0) * (len(count) - 1) + 1) / len(count)
    own_count, own_mean = count.astype(float), mean
    if len(gaps[0]):
        gap, weight = gaps
        certainty = weight.sum() + 1 / 0.09
        usual = (weight @ gap + company_gap / 0.09) / certainty
        apart = max(_spread(weight, gap), 0.1**2)
        others = np.array([each.mean() + usual for _, each in funnel])
        luck = np.array([each.var(ddof=1) / len(each) for _, each in funnel])
        leaning = variance / (apart + 1 / certainty + luck)
        own_mean = (count * mean + leaning * others) / (count + leaning)
        own_count = count + leaning
    pool = np.average(own_mean, weights=1 / (between + variance / own_count))
    share = variance / between
    return np.asarray(np.exp((own_count * own_mean + share * pool) / (own_count + share)))


def test_prices_are_as_computed_from_single_amounts(
    histories: list[History], sellers: list[tuple[Company, History]], database: Path
) -> None:
    known = [_logs(history) for history in histories]
    unknown = [[(wins, others[:0]) for wins, others in funnel] for funnel in known]
    equal = [
        [(wins, np.full(len(others), np.log(1e4))) for wins, others in funnel] for funnel in known
    ]
    listed = [_logs(history) for _, history in sellers]
    expected = np.array(_all_prices([*known, *unknown, *equal, *listed]))
    for place, amounts in enumerate(("known", "unknown", "equal", "listed")):
        part = expected[place * COMPANIES : (place + 1) * COMPANIES]
        assert _prices(database, amounts) == pytest.approx(part, rel=1e-6), amounts


def test_prices_are_nearer_to_the_truth_with_amounts_of_other_opportunities(
    database: Path,
) -> None:
    def error(amounts: str) -> Floats:
        squares: Floats = np.log(_prices(database, amounts) / Prices().means()) ** 2
        mean: Floats = np.sqrt(squares.mean(axis=0))
        return mean

    assert (error("known") < error("unknown"))[PRICES.min() < PRICES].all()
    assert error("known")[-1] < 0.8 * error("unknown")[-1], "large opportunities are few"


def test_prices_of_a_price_list_are_right_on_the_mean(
    sellers: list[tuple[Company, History]], database: Path
) -> None:
    """Of lead groups with hundreds of wins; a lognormal curve was 24 % too high."""
    ratios = _prices(database, "listed") / np.array([each.prices.means() for each, _ in sellers])
    assert abs(ratios[:, 0].mean() - 1) < 0.05
    assert np.abs(np.log(ratios[:, 0])).max() < 0.4


def test_an_amount_that_is_the_same_on_every_opportunity_counts_for_little(
    histories: list[History], database: Path
) -> None:
    """Lead groups differ too much in it: a price changes by less than its own uncertainty."""
    changes = np.abs(np.log(_prices(database, "equal") / _prices(database, "unknown")))
    spreads = [[(wins.var(ddof=1), len(wins)) for wins, _ in _logs(each)] for each in histories]
    variance, count = np.moveaxis(np.array(spreads), -1, 0)
    assert (changes < 0.7 * np.sqrt((variance + variance**2 / 2) / count)).all()


def test_open_opportunities_are_worth_what_those_that_will_be_won_bring(
    histories: list[History], database: Path
) -> None:
    """Nearer than the price of their lead group, and right in all, though losers are larger."""
    ratios = _amount_ratios(database, "known")
    prices = _prices(database, "known")
    found = []
    for history, (weight, ratio), price in zip(histories, ratios, prices, strict=True):
        is_open = (history.entered[:, 3] < 0) & (history.entered[:, 4] >= 0)
        is_open &= history.exited >= 0
        worth = weight * ratio * history.forecast + (1 - weight) * price[history.group]
        will_win = is_open & np.isfinite(history.entered[:, 4])
        brings = history.amount[will_win]
        errors = np.abs(np.array([worth, price[history.group]])[:, will_win] - brings)
        groups = [will_win & (history.group == each) for each in range(len(GROUPS))]
        all_open = [is_open & (history.group == each) for each in range(len(GROUPS))]
        expected = sum(
            worth[each].mean() * won.sum() for each, won in zip(all_open, groups, strict=True)
        )
        found.append([*errors.sum(axis=1), expected, brings.sum()])
    own_error, mean_error, expected, brought = np.array(found).T
    assert own_error.sum() < 0.5 * mean_error.sum()
    assert abs(expected.sum() / brought.sum() - 1) < 0.05


def test_an_amount_that_is_the_same_on_every_open_opportunity_says_nothing(database: Path) -> None:
    weights = _amount_ratios(database, "equal")[:, 0]
    assert (weights < 0.1).all()
    assert (_amount_ratios(database, "known")[:, 0] > 0.8).all()


def _amount_ratios(database: Path, amounts: str) -> Floats:
    """By company: how much of an amount counts, and what a win is worth for each unit of it."""
    found = query(
        database,
        "select amount_weight, amount_ratio from intermediate.int_plan_amount_ratios_estimated"
        f" where sample_number = 0 and funnel like '{amounts} %'"
        " order by cast(split_part(funnel, ' ', 2) as int)",
    )
    return np.array(found, dtype=np.float64)
