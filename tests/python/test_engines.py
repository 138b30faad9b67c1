"""The page on engines, and what the comparison of two engines calls equal."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from funnel.cli import funnel
from funnel.copy_warehouse import copy_warehouse
from funnel.parity import find_differences
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
