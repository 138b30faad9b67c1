"""The demo company landed by a loader that knows no types: every value is text."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import NAME, Built, messages, query
from tests.python.staged import asked_systems, count_staged, miscounted
from tests.python.warm_dbt import run_dbt

# Every entity of every system, as the models behind staging read it.
READ = "path:models/staging path:models/intermediate/row_checks"
CHECKED = """
    select table_name from duckdb_tables()
    where schema_name = 'intermediate' and table_name like '%rows_checked' order by 1
"""


@pytest.fixture(scope="module")
def as_text(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose source tables hold text alone, read anew."""
    database = tmp_path_factory.mktemp("as_text") / NAME
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        for system in asked_systems():
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [system]
            ).fetchall()
            for (table,) in tables:
                source = f"{system}.{table}"
                connection.execute(
                    f"create table texts as select columns(*)::varchar from {source}"
                )
                connection.execute(f"create or replace table {source} as from texts")
                connection.execute("drop table texts")
    arguments = ["run", "--quiet", "--select", *READ.split()]
    outcome = run_dbt(arguments, database, database.parent / "target", built.vars)
    assert outcome.success, messages(outcome)
    return database


def test_text_is_read_as_the_values_that_it_spells(built: Built, as_text: Path) -> None:
    """But for the copy of a row that goes into quarantine, which is what had landed."""
    tables = [table for (table,) in query(as_text, CHECKED)]
    assert len(tables) > 10
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.database}' as typed (read_only)")
        connection.execute(f"attach '{as_text}' as texts (read_only)")
        for table in tables:
            described = connection.execute(f"describe typed.intermediate.{table}").fetchall()
            columns = ", ".join(name for name, *_ in described if name != "row_json")
            one, other = (
                f"select {columns} from {d}.intermediate.{table}" for d in ("typed", "texts")
            )
            assert connection.execute(f"({one}) except all ({other})").fetchall() == [], table
            assert connection.execute(f"({other}) except all ({one})").fetchall() == [], table


def test_every_row_of_a_table_is_staged_exactly_once(as_text: Path) -> None:
    staged = count_staged(as_text, asked_systems())
    assert len({(system, table) for system, table, _ in staged}) > 30
    assert miscounted(as_text, asked_systems(), staged) == {}


def test_rows_are_set_aside_or_rejected_for_the_same_reasons(built: Built, as_text: Path) -> None:
    staged = count_staged(as_text, asked_systems())
    assert staged == count_staged(built.database, asked_systems())
    assert {reason for *_, reason in staged} > {None, "no_key", "not_needed"}
