"""The KPI tree: the compiled SQL against Shapley's values, averaged over every order."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from math import factorial, prod
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.conftest import Built, query
from tests.python.test_attribution import compiled, connect_to_empty_tables

DRIVERS = ("volume", "mix", "sql", "customer", "opportunity_value")
TABLES = (
    "int_reporting_periods_listed",
    "int_kpi_tree_drivers_measured",
    "int_kpi_sources_evaluated",
)
Levels = tuple[Decimal, ...]


def parts(before: Levels, after: Levels) -> list[float]:
    """What each driver's change is worth, averaged over every order of changing the drivers."""
    old, new = _factors(before), _factors(after)
    pairs = [_filled(one, other) for one, other in zip(old, new, strict=True)]
    found = [0.0] * len(pairs)
    for order in permutations(range(len(pairs))):
        now = [one for one, _ in pairs]
        for driver in order:
            was = prod(now)
            now[driver] = pairs[driver][1]
            found[driver] += prod(now) - was
    return [part / factorial(len(pairs)) for part in found]


def _factors(levels: Levels) -> list[float | None]:
    above = (Decimal(1), *levels[:-1])
    return [float(own / up) if up else None for own, up in zip(levels, above, strict=True)]


def _filled(one: float | None, other: float | None) -> tuple[float, float]:
    return (one if one is not None else other or 0.0, other if other is not None else one or 0.0)


@pytest.fixture(scope="module")
def engine(built: Built) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """An empty database with the tables that the compiled model reads, and that model."""
    with duckdb.connect() as connection:
        connect_to_empty_tables(connection, built, TABLES)
        for number, start in enumerate((date(2026, 1, 1), date(2026, 4, 1))):
            connection.execute(
                "insert into intermediate.int_reporting_periods_listed by name"
                " select 'quarter' as period_kind, ? as period_start, ? as prior_start,"
                " true as is_started",
                [start, date(2026, 1, 1) if number else None],
            )
            connection.execute(
                "insert into intermediate.int_kpi_sources_evaluated by name"
                " select 'win_rate' as metric, 'all' as channel, 'quarter' as period_kind,"
                " ? as period_start, true as is_recorded, false as is_silent, true as is_complete",
                [start],
            )
        yield connection, compiled(built, "reviews/kpi_tree_by_period")


counts = st.lists(st.integers(min_value=0, max_value=500), min_size=4, max_size=4)
value = st.decimals(min_value=0, max_value=1_000_000, places=2)


def _falling_levels(drawn: Sequence[int], revenue: Decimal) -> Levels:
    """A level never exceeds the one above it, and without a win there is no revenue."""
    falling = sorted(drawn, reverse=True)
    return (*map(Decimal, falling), revenue if falling[-1] else Decimal(0))


@settings(max_examples=25, deadline=None)
@given(before=counts, after=counts, earlier=value, later=value)
def test_the_driver_changes_are_shapley_values_and_add_up(
    engine: tuple[duckdb.DuckDBPyConnection, str],
    before: list[int],
    after: list[int],
    earlier: Decimal,
    later: Decimal,
) -> None:
    connection, sql = engine
    both_levels = _falling_levels(before, earlier), _falling_levels(after, later)
    _fill(connection, both_levels)
    actual = connection.execute(
        f"select driver, change_amount from ({sql}) order by driver_number"
    ).fetchall()
    assert [driver for driver, _ in actual] == list(DRIVERS)
    assert sum(amount for _, amount in actual) == both_levels[1][-1] - both_levels[0][-1]
    for (driver, amount), wanted in zip(actual, parts(*both_levels), strict=True):
        assert float(amount) == pytest.approx(wanted, abs=0.03, rel=1e-6), driver


def _fill(connection: duckdb.DuckDBPyConnection, both_levels: tuple[Levels, Levels]) -> None:
    connection.execute("delete from intermediate.int_kpi_tree_drivers_measured")
    for start, levels in zip((date(2026, 1, 1), date(2026, 4, 1)), both_levels, strict=True):
        factors = _factors(levels)
        for number, driver in enumerate(DRIVERS):
            connection.execute(
                "insert into intermediate.int_kpi_tree_drivers_measured by name"
                " select 'quarter' as period_kind, ? as period_start, 'smb' as funnel,"
                " 'new' as revenue_type, ? as driver, ? as driver_name,"
                " 'sales' as owner_team, ? as driver_number, ? as level, ? as factor",
                [start, driver, driver, number, levels[number], factors[number]],
            )


def test_the_driver_changes_of_the_demo_company_are_shapley_values(built: Built) -> None:
    """The latest quarters, computed from the entries of the fact."""
    levels = _levels(built)
    actual: dict[tuple[Any, ...], list[Decimal]] = defaultdict(list)
    rows = query(
        built.database,
        "select period_start, earlier_start, funnel, change_amount from marts.kpi_tree_by_period"
        " where period_kind = 'quarter' and driver not in ('expansion', 'renewal')"
        " order by driver_number",
    )
    for start, earlier, funnel, amount in rows:
        actual[start, earlier, funnel].append(amount)
    assert len(actual) > 40
    for (start, earlier, funnel), amounts in list(actual.items())[-6:]:
        before, after = (_levels_of(levels, day, funnel) for day in (earlier, start))
        assert sum(amounts) == after[-1] - before[-1]
        wanted = parts(before, after)
        assert [float(amount) for amount in amounts] == pytest.approx(wanted, abs=0.03, rel=1e-5)


ORDER = ("lead", "mql", "sal", "sql", "opportunity", "customer")


def _levels(built: Built) -> list[tuple[date, str, int, Decimal]]:
    """Quarter, funnel, stage reached and revenue of each closed journey, from the fact."""
    journeys: dict[int, list[Any]] = defaultdict(list)
    for row in query(
        built.database,
        "select journey_key, stage, funnel, amount, is_current, date_trunc('quarter', entered_at)"
        " from marts.fct_lifecycle order by journey_key, entry_number",
    ):
        journeys[row[0]].append(row[1:])
    return [found for entries in journeys.values() for found in _closed(entries)]


def _closed(entries: list[Any]) -> Iterator[tuple[date, str, int, Decimal]]:
    reached = [ORDER.index(stage) for stage, *_ in entries if stage in ORDER]
    won = [entry for entry in entries if entry[0] == "customer"]
    gone = [entry for entry in entries if entry[3] and entry[0] in ("lost", "disqualified")]
    if reached and (won or gone):
        _, funnel, amount, _, quarter = (won or gone)[0]
        yield (
            quarter.date() if hasattr(quarter, "date") else quarter,
            funnel,
            max(reached),
            (amount if won else Decimal(0)),
        )


def _levels_of(levels: list[tuple[date, str, int, Decimal]], day: date, funnel: str) -> Levels:
    all_of_them = [each for each in levels if each[0] == day]
    own = [each for each in all_of_them if each[1] == funnel]
    steps = [sum(each[2] >= step for each in own) for step in range(len(ORDER))]
    revenue = sum((each[3] for each in own), Decimal(0))
    return (Decimal(len(all_of_them)), *map(Decimal, steps), revenue)
