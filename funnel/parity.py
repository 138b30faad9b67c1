"""Compares the published tables of two engines row by row: of the DuckDB file and of PostgreSQL.

Everything must be equal; numbers of floating point may differ from the ninth digit on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import duckdb

from funnel.open_warehouse import open_warehouse
from funnel.postgres import PostgresError, connect_to_postgres

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # type: ignore[import-untyped]  # noqa: N812

LARGEST_GAP = 1e-9
"""Of two numbers of floating point; relative to them where they are larger than 1."""
SHOWN_ROWS = 3


@dataclass(frozen=True)
class Comparison:
    """What the comparison of one table found: no differences where the engines agree."""

    table: str
    row_count: int
    differences: tuple[str, ...] = ()


def show_parity(database: Path) -> int:
    """Prints each table that differs, and how many are equal: 0 if all are, else 1."""
    try:
        comparisons = list(compare_engines(database))
    except PostgresError as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    for comparison in comparisons:
        for difference in comparison.differences:
            click.echo(f"{comparison.table}: {difference}")
    equal = sum(not comparison.differences for comparison in comparisons)
    rows = sum(comparison.row_count for comparison in comparisons)
    click.echo(
        f"{equal} of {len(comparisons)} published tables are equal ({rows:,} rows on DuckDB)"
    )
    return 0 if comparisons and equal == len(comparisons) else 1


def compare_engines(database: Path) -> Iterator[Comparison]:
    """Each published table of the file beside the same table of PostgreSQL."""
    postgres = connect_to_postgres()
    try:
        with postgres, postgres.cursor() as cursor, open_warehouse(database) as warehouse:
            found = warehouse.execute(
                "select table_name from information_schema.tables"
                " where table_schema = 'marts' and table_catalog = current_database()"
                " order by table_name"
            ).fetchall()
            for (table,) in found:
                yield _compare_table(warehouse, cursor, table)
    finally:
        postgres.close()


def _compare_table(warehouse: duckdb.DuckDBPyConnection, cursor: Cursor, table: str) -> Comparison:
    columns = {
        name: kind for name, kind, *_ in warehouse.execute(f"describe marts.{table}").fetchall()
    }
    counted = warehouse.execute(f"select count(*) from marts.{table}").fetchone()
    row_count = int(counted[0]) if counted else 0
    cursor.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'marts' and table_name = %s",
        [table],
    )
    others = {name for (name,) in cursor.fetchall()}
    if others != set(columns):
        only = ", ".join(sorted(others ^ set(columns)))
        return Comparison(table, row_count, (f"one engine alone has {only}",))
    with tempfile.NamedTemporaryFile(suffix=".csv") as text:
        names = ", ".join(columns)
        query = f"copy (select {names} from marts.{table}) to stdout (format csv, force_quote *)"
        cursor.copy_expert(query, text)
        text.flush()
        warehouse.execute(
            "create or replace temp table other as from read_csv(?, header = false,"
            " columns = ?, quote = '\"', escape = '\"', delim = ',', nullstr = '',"
            " allow_quoted_nulls = false, auto_detect = false)",
            [text.name, columns],
        )
    return Comparison(table, row_count, tuple(_differences(warehouse, table, columns)))


def _differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
) -> Iterator[str]:
    rounded = [name for name, kind in columns.items() if kind in ("DOUBLE", "FLOAT")]
    exact = ", ".join(name for name in columns if name not in rounded)
    sides = {"DuckDB": f"marts.{table}", "PostgreSQL": "other"}
    is_equal = True
    for here, there in (("DuckDB", "PostgreSQL"), ("PostgreSQL", "DuckDB")):
        rows = warehouse.execute(
            f"select {exact} from {sides[here]} except all select {exact} from {sides[there]}"
        ).fetchall()
        is_equal = is_equal and not rows
        for row in rows[:SHOWN_ROWS]:
            yield f"{here} alone has {row} ({len(rows):,} such rows)"
    if is_equal and rounded:
        yield from _rounded_differences(warehouse, table, exact, rounded)


def _rounded_differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, exact: str, rounded: list[str]
) -> Iterator[str]:
    """The columns of floating point that differ too much, of rows that are equal otherwise."""
    order = ", ".join([exact, *rounded])
    numbered = "select *, row_number() over (order by {order}) as row_position from {table}"
    for name in rounded:
        row = warehouse.execute(
            f"""
            with here as ({numbered.format(order=order, table=f"marts.{table}")}),
            there as ({numbered.format(order=order, table="other")})
            select count(*), any_value(here.{name}), any_value(there.{name})
            from here inner join there on here.row_position = there.row_position
            where here.{name} is distinct from there.{name}
                and coalesce(abs(here.{name} - there.{name})
                    > {LARGEST_GAP} * greatest(1, abs(here.{name})), true)
            """
        ).fetchone()
        if row and row[0]:
            yield f"{name} differs in {row[0]:,} rows: DuckDB has {row[1]}, PostgreSQL {row[2]}"
