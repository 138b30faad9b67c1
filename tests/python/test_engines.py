"""The page on engines, and what the comparison of two engines calls equal."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from funnel.cli import funnel
from funnel.copy_warehouse import copy_warehouse
from funnel.parity import compare_schema, find_differences, show_comparisons
from funnel.places import ROOT
from tests.python.conftest import Built

PAGE = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")


def test_the_page_lists_each_macro_that_engines_do_differently() -> None:
    dispatched = {
        name
        for file in (ROOT / "macros").rglob("*.sql")
        for name in re.findall(r"adapter\.dispatch\('(\w+)'", file.read_text(encoding="utf-8"))
    }
    table = PAGE[PAGE.index("| macro | difference |") :]
    listed = {
        name
        for row in table.splitlines()[2:]
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if row.startswith("|") else "")
    }
    assert listed == dispatched


def test_each_version_of_a_macro_is_used() -> None:
    """A misspelled spark__ macro would never be called, and nothing would say so."""
    text = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "macros").rglob("*.sql")
        if file.name != "spark_tables.sql"  # Versions of dbt's own macros.
    )
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", text))
    versions = re.findall(r"\{% macro ((?:default|duckdb|postgres|spark)__(\w+))", text)
    assert {name for version, name in versions if version == f"default__{name}"} == dispatched
    called = {version for version, _ in versions if text.count(f"{version}(") > 1}
    assert [
        found for found, name in versions if name not in dispatched and found not in called
    ] == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("summary", "`funnel copy`"),
        ("report", "`funnel copy`"),
        ("digest --only-show", "`funnel copy`"),
        ("alerts", "`funnel copy`"),
        ("validate", "`funnel copy`"),
        ("publish", "`funnel copy`"),
        ("backtest", "`funnel copy`"),
        ("history backup --to backup", "`funnel copy`"),
        ("erase --list persons.txt --out rows.csv", "not from PostgreSQL or Spark"),
    ],
)
def test_a_command_without_a_duckdb_file_says_what_to_do_on_other_engines(
    command: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("persons.txt").write_text("ann@acme.com\n", encoding="utf-8")
    nowhere = CliRunner().invoke(funnel, [*command.split(), "--database", "none.duckdb"])
    assert expected in nowhere.output


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ('(1, 10.25, 0.123456789012, \'{"a":1.0,"b":"2026-01-01 00:00:00"}\')', []),
        ('(1, 10.25, 0.123456789512, \'{"a":1,"b":"2026-01-01T00:00:00"}\')', []),
        ('(1, 10.25, 0.123456791012, \'{"a":1,"b":"2026-01-01T00:00:00"}\')', ["rate"]),
        ('(1, 10.26, 0.123456789012, \'{"a":1,"b":"2026-01-01T00:00:00"}\')', ["amount"]),
        ('(1, 10.25, 0.123456789012, \'{"a":2,"b":"2026-01-01T00:00:00"}\')', ["row_json"]),
        ('(1, null, 0.123456789012, \'{"a":1,"b":"2026-01-01T00:00:00"}\')', ["amount"]),
        ('(1, 10.25, null, \'{"a":1,"b":"2026-01-01T00:00:00"}\')', ["rate"]),
    ],
)
def test_what_differs_between_engines_is_named(there: str, expected: list[str]) -> None:
    types = {
        "row_key": "BIGINT",
        "amount": "DECIMAL(18,2)",
        "rate": "DECIMAL(18,12)",
        "row_json": "VARCHAR",
    }
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    with duckdb.connect() as connection:
        for table in ("here", "other"):
            connection.execute(f"create table {table} ({columns})")
        connection.execute(
            "insert into here values"
            ' (1, 10.25, 0.123456789012, \'{"a":1.0,"b":"2026-01-01 00:00:00"}\')'
        )
        connection.execute(f"insert into other values {there}")
        found = list(find_differences(connection, "here", types, "Spark"))
    named = [name for name in types if found and re.search(rf"\b{name}\b", found[0])]
    assert named == expected


@pytest.mark.parametrize(
    ("here", "there", "expected", "code"),
    [
        ({"leads": 2}, {"leads": 2}, "1 of 1 tables of history are equal (2 rows on DuckDB)", 0),
        ({"leads": 0}, {"leads": 0}, "equal because neither engine has a row: history.leads", 0),
        ({"leads": 0}, {"leads": 1}, "history.leads: DuckDB", 1),
        ({"leads": 1}, {"leads": 0}, "history.leads: DuckDB alone has (0,)", 1),
        ({"leads": 1}, {}, "history.leads: DuckDB 2 does not have it", 1),
        ({"leads": 1}, {"leads": 1, "plans": 1}, "history.plans: DuckDB does not have it", 1),
        ({}, {"plans": 0}, "history.plans: DuckDB does not have it", 1),
        ({}, {}, "the schema history has no tables on either engine", 0),
    ],
)
def test_empty_and_missing_tables_are_named(
    here: dict[str, int],
    there: dict[str, int],
    expected: str,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A part of the project that keeps no history has none on either engine."""
    with _tables(here) as warehouse, _tables(there) as other:
        comparisons = list(compare_schema(warehouse, _SecondFile(other), "history"))
    assert show_comparisons(comparisons, "history", may_have_no_tables=True) == code
    printed = capsys.readouterr().out
    assert expected in printed
    assert ("neither engine" in printed) == ("neither engine" in expected)


def test_a_comparison_of_nothing_is_no_success() -> None:
    assert show_comparisons([], "marts") == 1


def _tables(row_counts: dict[str, int]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema history")
    for name, count in row_counts.items():
        connection.execute(
            f"create table history.{name} as select range as row_key from range({count})"
        )
    return connection


class _SecondFile:
    """A DuckDB file as the other engine."""

    name = "DuckDB 2"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def columns(self, table: str) -> set[str]:
        name = table.split(".")[1]
        return set(self.tables("history").get(name, {}))

    def tables(self, schema: str) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self.connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = ?",
            [schema],
        ).fetchall():
            found.setdefault(table, {})[column] = kind
        return found

    def copy_table(
        self, warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
    ) -> None:
        rows = self.connection.execute(f"select {', '.join(columns)} from {table}").to_arrow_table()
        warehouse.register("rows_of_second_file", rows)
        warehouse.execute("create or replace temp table other as from rows_of_second_file")


def test_a_copy_takes_the_place_of_no_warehouse_with_a_history(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a build has kept cannot be built again; refused before the engine is asked."""
    database = tmp_path / built.database.name
    shutil.copy(built.database, database)
    before = database.read_bytes()
    assert copy_warehouse(database, "postgres") == 1
    assert "its history cannot be built again" in capsys.readouterr().err
    assert database.read_bytes() == before
