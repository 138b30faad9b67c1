"""No model compares each row of one large table with each row of another: its cost would grow with
the square of the company. DuckDB does so where a left join's condition is more than comparisons of
the left side with the right."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from tests.python.conftest import Built

NESTED = ("BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN")
# The longest list that people write, channel_labels, has about a hundred rows; of the demo's 1,500
# people, a table that grows with them has more.
LARGE = 150


def test_no_join_compares_each_row_with_each_where_both_sides_are_large(built: Built) -> None:
    """What reads a view plans it, too."""
    nodes = json.loads((built.target / "manifest.json").read_text())["nodes"].values()
    tables = [node for node in nodes if node["config"]["materialized"] in ("table", "incremental")]
    found = {}
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for node in tables:
            path = built.target / "compiled" / "revenue_funnel" / node["original_file_path"]
            if sides := _nested_joins(connection, path.read_text()):
                found[node["name"]] = sides
    assert tables
    assert not found


def test_a_condition_on_the_left_side_alone_is_found() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table numbers as select range as number from range(1000)")
        joined = "from numbers a left join numbers b on a.number = b.number"
        assert not _nested_joins(connection, f"select * {joined}")
        assert _nested_joins(connection, f"select * {joined} and a.number > 5")


def _nested_joins(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[int]]:
    """The expected rows of both sides of each such join."""
    row = connection.execute(f"explain (format json) {sql}").fetchone()
    assert row
    sides = [
        [_rows(child) for child in step["children"]]
        for plan in json.loads(row[1])
        for step in _steps(plan)
        if step["name"] in NESTED
    ]
    return [each for each in sides if min(each) > LARGE]


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for child in step.get("children", ()):
        yield from _steps(child)


def _rows(step: dict[str, Any]) -> int:
    return int(step["extra_info"].get("Estimated Cardinality", 0))
