"""Loads the generated folder into DuckDB: one schema for each system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from funnel.demo.generate import Generation, read_generation

TRUTH = "truth"
HISTORY = "history"
"""The schema of what earlier builds saw of one company: another company must not inherit it."""


def quoted(*names: str) -> str:
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
    table = quoted(catalog, "demo", "generation")
    row = connection.execute(f"select people, seed, until, code from {table}").fetchone()
    return Generation(*row) if row else None


def _keep(connection: duckdb.DuckDBPyConnection, catalog: str, generation: Generation) -> None:
    connection.execute(f"create schema if not exists {quoted(catalog, 'demo')}")
    table = quoted(catalog, "demo", "generation")
    types = "people bigint, seed bigint, until varchar, code varchar"
    connection.execute(f"create or replace table {table} ({types})")
    values = [generation.people, generation.seed, generation.until, generation.code]
    connection.execute(f"insert into {table} values (?, ?, ?, ?)", values)


def _load_table(connection: duckdb.DuckDBPyConnection, catalog: str, file: Path) -> None:
    schema = quoted(catalog, file.parent.name)
    table = quoted(catalog, file.parent.name, file.stem)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create or replace table {table} as select * from read_parquet(?)", [str(file)]
    )


def _forget(connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Drops the history of earlier builds, where there is any."""
    connection.execute(f"drop schema if exists {quoted(catalog, HISTORY)} cascade")


def _own_tables(
    connection: duckdb.DuckDBPyConnection, catalog: str, schemas: Iterable[str]
) -> list[str]:
    """Tables that the demo would replace and has not made."""
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_catalog = ? and table_schema in (select unnest(?)) order by all",
        [catalog, sorted(set(schemas))],
    )
    return [name for (name,) in found.fetchall()]


def load(folder: Path | str, database: Path | str, warehouse: Path | None = None) -> int:
    """The number of tables loaded; none if the database holds this generation already.

    The warehouse is named where it is another file than the one with the source tables. Raises
    PermissionError where there are source tables that the demo has not made."""
    source, generation = Path(folder), read_generation(Path(folder))
    if generation is None:
        raise FileNotFoundError(f"no demo data in {source}; run `funnel demo` first")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    files = [file for file in sorted(source.glob("*/*.parquet")) if file.parent.name != TRUTH]
    schemas = {file.parent.name for file in files}
    if warehouse and warehouse.exists():
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            _refuse(connection, warehouse, schemas)
    if Path(database).exists():
        # A build may read the file meanwhile: who need not write must not wait for it.
        with duckdb.connect(str(database), read_only=True) as connection:
            if _held(connection, _catalog(connection)) == replace(generation, looks=""):
                return 0
    with duckdb.connect(str(database)) as connection:
        _refuse(connection, Path(database), schemas)
        catalog = _catalog(connection)
        held = _held(connection, catalog)
        is_other = held and held != replace(generation, until=held.until, looks="")
        if is_other and warehouse and warehouse.exists():
            with duckdb.connect(str(warehouse)) as other:
                _forget(other, _catalog(other))
        connection.begin()
        if is_other:
            _forget(connection, catalog)
        for file in files:
            _load_table(connection, catalog, file)
        _keep(connection, catalog, generation)
        connection.commit()
    return len(files)


def _refuse(connection: duckdb.DuckDBPyConnection, database: Path, schemas: Iterable[str]) -> None:
    catalog = _catalog(connection)
    own = _own_tables(connection, catalog, schemas)
    if own and not _held(connection, catalog):
        raise PermissionError(
            f"{database} has source tables that are not the demo company's, such as {own[0]}: they"
            " are left as they are. Build from them with `make build DEMO=no`, or choose another"
            " --database for the demo."
        )
