"""The change of a stage's count: the compiled SQL against Shapley values computed in Python."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.conftest import Built, query
from tests.python.test_kpi_tree import parts

RULES = ("large_enough", "business_address", "score")
PERIODS = (date(2026, 5, 4), date(2026, 5, 11))
LEVELS = "int_remaining_candidates_counted"
READ = (
    "int_stage_count_periods_listed",
    "int_stage_count_drivers_listed",
    "int_stage_candidates_collected",
)
Journeys = list[tuple[int, str, str | None]]


def compiled(built: Built, model: str) -> str:
    """The SQL that the build ran for a model."""
    path = Path("compiled/revenue_funnel/models/intermediate/definition") / f"{model}.sql"
    return (built.target / path).read_text()


@pytest.fixture(scope="module")
def engine(built: Built) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """An empty database in which the compiled models read each other, and the last of them."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.database}' as built (read_only)")
        connection.execute(f"attach ':memory:' as {built.database.stem}")
        connection.execute(f"create schema {built.database.stem}.intermediate")
        connection.execute(f"use {built.database.stem}.intermediate")
        for table in READ:
            connection.execute(f"create table {table} as from built.intermediate.{table} limit 0")
        _fill_drivers(connection)
        connection.execute(f"create view {LEVELS} as {compiled(built, LEVELS)}")
        yield connection, compiled(built, "int_stage_count_parts_attributed")


def _fill_drivers(connection: duckdb.DuckDBPyConnection) -> None:
    for number, start in enumerate(PERIODS):
        connection.execute(
            "insert into int_stage_count_periods_listed by name select 'week' as period_kind,"
            " 'in_force' as evaluation, ? as period_start, ? as earlier_start",
            [start, PERIODS[0] if number else None],
        )
    for number, rule in enumerate((None, None, *RULES), 1):
        driver = "rule" if rule else ("volume", "mix")[number - 1]
        connection.execute(
            "insert into int_stage_count_drivers_listed by name select 'mql' as stage, ? as driver,"
            " ? as rule, ? as driver_number",
            [driver, rule, number],
        )


def _fill_candidates(connection: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    connection.execute("delete from int_stage_candidates_collected")
    rows = [
        (key, PERIODS[period], channel, rule, rule is None)
        for key, (period, channel, rule) in enumerate(journeys)
    ]
    connection.executemany(
        "insert into int_stage_candidates_collected by name select 'week' as period_kind,"
        " 'in_force' as evaluation, 'mql' as stage, 'smb' as funnel,"
        " ? as journey_key, ? as period_start, ? as channel, ? as failed_rule, ? as is_entered",
        rows,
    )


def _levels(journeys: Journeys, period: int, channel: str) -> tuple[Decimal, ...]:
    """All candidates, those of the channel, and those left after each rule."""
    own = [rule for when, where, rule in journeys if (when, where) == (period, channel)]
    everybody = sum(when == period for when, _, _ in journeys)
    left = [sum(rule not in RULES[:passed] for rule in own) for passed in range(1, len(RULES) + 1)]
    return (Decimal(everybody), Decimal(len(own)), *map(Decimal, left))


drawn = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from(("email", "events")), st.sampled_from((None, *RULES))
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(journeys=drawn)
def test_the_parts_are_shapley_values_and_add_up(
    engine: tuple[duckdb.DuckDBPyConnection, str], journeys: Journeys
) -> None:
    connection, sql = engine
    _fill_candidates(connection, journeys)
    found = connection.execute(
        f"select channel, change from ({sql}) order by channel, driver_number"
    ).fetchall()
    assert {channel for channel, _ in found} == {channel for _, channel, _ in journeys}
    for channel in {channel for channel, _ in found}:
        changes = [change for where, change in found if where == channel]
        levels = [_levels(journeys, period, channel) for period in (0, 1)]
        assert sum(changes) == levels[1][-1] - levels[0][-1]
        expected = parts(*levels)
        assert [float(change) for change in changes] == pytest.approx(expected, abs=0.03)


def test_the_changes_of_the_demo_company_equal_its_truth(built: Built) -> None:
    """The parts of a month add up to the change of the entries that the truth counts."""
    counted = _true_entries(built)
    found = query(
        built.database,
        "select period_start, earlier_start, stage, sum(change)"
        " from marts.stage_count_changes_by_period where period_kind = 'month' group by all",
    )
    assert len(found) == 3 * 29
    for start, earlier, stage, change in found:
        assert change == counted[stage, start] - counted[stage, earlier], (stage, start)


def _true_entries(built: Built) -> Counter[tuple[str, date]]:
    rows: Sequence[tuple[str, date, int]] = query(
        built.database,
        "select stage, cast(date_trunc('month', qualified_at) as date), count(*)"
        f" from '{built.truth}/stage_entries.parquet' where qualified_at is not null group by all",
    )
    return Counter({(stage, month): count for stage, month, count in rows})
