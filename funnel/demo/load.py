"""Loads the generated folder into DuckDB: one schema for each system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from funnel.demo.generate import Generation, read_generation

TRUTH = "truth"
HISTORY = "history"
"""The schema of what earlier builds saw of one company: another company must not inherit it."""


def _quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def _catalog(connection: duckdb.DuckDBPyConnection) -> str:
    """The database's own name, lest a schema of the same name be taken for it."""
    row = connection.execute("select current_database()").fetchone()
    return str(row[0]) if row else "main"


def _held(connection: duckdb.DuckDBPyConnection, catalog: str) -> Generation | None:
    """The generation the database was last loaded from."""
    known = connection.execute(
        "select 1 from information_schema.tables"
        " where table_catalog = ? and table_schema = 'demo' and table_name = 'generation'",
        [catalog],
    ).fetchone()
    if known is None:
        return None
    table = _quoted(catalog, "demo", "generation")
    row = connection.execute(f"select people, seed, until, code from {table}").fetchone()
    return Generation(*row) if row else None


def _keep(connection: duckdb.DuckDBPyConnection, catalog: str, generation: Generation) -> None:
    connection.execute(f"create schema if not exists {_quoted(catalog, 'demo')}")
    table = _quoted(catalog, "demo", "generation")
    types = "people bigint, seed bigint, until varchar, code varchar"
    connection.execute(f"create or replace table {table} ({types})")
    values = [generation.people, generation.seed, generation.until, generation.code]
    connection.execute(f"insert into {table} values (?, ?, ?, ?)", values)


def _load_table(connection: duckdb.DuckDBPyConnection, catalog: str, file: Path) -> None:
    schema = _quoted(catalog, file.parent.name)
    table = _quoted(catalog, file.parent.name, file.stem)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create or replace table {table} as select * from read_parquet(?)", [str(file)]
    )


def _forget(connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Drops the history of earlier builds, where there is any."""
    connection.execute(f"drop schema if exists {_quoted(catalog, HISTORY)} cascade")


def load(folder: Path | str, database: Path | str) -> int:
    """The number of tables loaded; none if the database holds this generation already."""
    source, generation = Path(folder), read_generation(Path(folder))
    if generation is None:
        raise FileNotFoundError(f"no demo data in {source}; run `funnel demo` first")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    files = [file for file in sorted(source.glob("*/*.parquet")) if file.parent.name != TRUTH]
    with duckdb.connect(str(database)) as connection:
        catalog = _catalog(connection)
        held = _held(connection, catalog)
        if held == replace(generation, looks=""):
            return 0
        connection.begin()
        if held and held != replace(generation, until=held.until, looks=""):
            _forget(connection, catalog)
        for file in files:
            _load_table(connection, catalog, file)
        _keep(connection, catalog, generation)
        connection.commit()
    return len(files)
