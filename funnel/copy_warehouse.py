"""Copies the tables that another engine has built into a DuckDB file, for the commands that read
one: summary, report, digest, alerts, validate, publish, backtest, and the backup of the history."""

from __future__ import annotations

import os
from pathlib import Path

import click
import duckdb

from funnel.open_warehouse import quoted
from funnel.parity import Engine, open_engine
from funnel.postgres import PostgresError
from funnel.spark import SparkError

SCHEMAS = ("intermediate", "seeds", "history", "operations", "marts")


def copy_warehouse(database: Path, engine: str) -> int:
    """Replaces the file by the tables of the engine: 0, or 1 where it cannot be read or has none.

    The file is written aside and takes the place of the old one when it is whole."""
    try:
        is_warehouse = _is_a_warehouse(database)
    except duckdb.Error as problem:
        click.echo(f"error: {database} cannot be read: {problem}", err=True)
        return 1
    if is_warehouse:
        click.echo(
            f"error: {database} was built here, and its history cannot be built again: name another"
            " file with --database. Nothing was copied.",
            err=True,
        )
        return 1
    database.parent.mkdir(parents=True, exist_ok=True)
    aside = database.with_name(f"{database.stem}_copied{database.suffix}")
    aside.unlink(missing_ok=True)
    try:
        with open_engine(engine) as other:
            count = _copy_tables(other, aside, database.stem)
    except (PostgresError, SparkError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    if not count:
        click.echo(f"{other.name} has no marts yet: run `dbt build --target {engine}` first.")
        aside.unlink()
        return 1
    os.replace(aside, database)
    click.echo(f"{database}: {count} tables of {other.name}")
    return 0


# In a file that was copied from another engine: which one.
COPIED = "copied_from"


def _is_a_warehouse(database: Path) -> bool:
    """Whether a build has kept its history in the file; a copy may be replaced by the next one."""
    if not database.exists():
        return False
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select count(*) filter (table_schema = 'history'),"
            " count(*) filter (table_schema = 'operations' and table_name = ?)"
            " from information_schema.tables where table_catalog = current_database()",
            [COPIED],
        ).fetchone()
    kept, copied = found or (0, 0)
    return bool(kept) and not copied


def _copy_tables(other: Engine, file: Path, catalog: str) -> int:
    """The number of tables, or 0 if nothing is published there."""
    with duckdb.connect() as warehouse:
        warehouse.execute(f'attach {quoted(file)} as "{catalog}"')
        warehouse.execute(f'use "{catalog}"')
        warehouse.execute("set TimeZone = 'UTC'")
        found = {schema: other.tables(schema) for schema in SCHEMAS}
        for schema, tables in found.items():
            warehouse.execute(f"create schema {schema}")
            for table, columns in tables.items():
                other.copy_table(warehouse, f"{schema}.{table}", columns)
                warehouse.execute(f"create table {schema}.{table} as from other")
        warehouse.execute(f"create table operations.{COPIED} as select '{other.name}' as engine")
        return sum(map(len, found.values())) if found["marts"] else 0
