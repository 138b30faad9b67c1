"""Compares the published tables of two engines row by row: of the DuckDB file and of PostgreSQL.

Everything must be equal; rates (decimals of nine digits and more after the point) and numbers of
floating point may differ from the ninth digit on."""

from __future__ import annotations

import re
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
"""Of two rates; relative to them where they are larger than 1."""
RATE = re.compile(r"DOUBLE|FLOAT|DECIMAL\(\d+,(9|[1-3]\d)\)")
"""The types of what is no amount, count, date or key."""
SPELLINGS = ((r"(\d{4}-\d\d-\d\d)T(\d\d:)", r"\1 \2"), (r"(:-?\d+)\.0([,}])", r"\1\2"))
"""Of one value in JSON: PostgreSQL writes a T before the time, DuckDB the zero of 1000.0."""
SHOWN_ROWS = 3


@dataclass(frozen=True)
class Comparison:
    """What the comparison of one table found: no differences where the engines agree."""

    table: str
    row_count: int
    differences: tuple[str, ...] = ()


def show_parity(database: Path, schema: str = "marts") -> int:
    """Prints each table that differs, and how many are equal: 0 if all are, else 1."""
    try:
        comparisons = list(compare_engines(database, schema))
    except PostgresError as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    for comparison in comparisons:
        for difference in comparison.differences:
            click.echo(f"{comparison.table}: {difference}")
    equal = sum(not comparison.differences for comparison in comparisons)
    rows = sum(comparison.row_count for comparison in comparisons)
    click.echo(
        f"{equal} of {len(comparisons)} tables of {schema} are equal ({rows:,} rows on DuckDB)"
    )
    return 0 if comparisons and equal == len(comparisons) else 1


def compare_engines(database: Path, schema: str) -> Iterator[Comparison]:
    """Each table of a schema of the file beside the same table of PostgreSQL."""
    postgres = connect_to_postgres()
    try:
        with postgres, postgres.cursor() as cursor, open_warehouse(database) as warehouse:
            found = warehouse.execute(
                "select table_name from information_schema.tables"
                " where table_schema = ? and table_catalog = current_database()"
                " order by table_name",
                [schema],
            ).fetchall()
            for (table,) in found:
                yield _compare_table(warehouse, cursor, f"{schema}.{table}")
    finally:
        postgres.close()


def _compare_table(warehouse: duckdb.DuckDBPyConnection, cursor: Cursor, table: str) -> Comparison:
    columns = {name: kind for name, kind, *_ in warehouse.execute(f"describe {table}").fetchall()}
    counted = warehouse.execute(f"select count(*) from {table}").fetchone()
    row_count = int(counted[0]) if counted else 0
    cursor.execute(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s",
        table.split("."),
    )
    others = {name for (name,) in cursor.fetchall()}
    if not others:
        return Comparison(table, row_count, ("PostgreSQL does not have it",))
    if others != set(columns):
        only = ", ".join(sorted(others ^ set(columns)))
        return Comparison(table, row_count, (f"one engine alone has {only}",))
    _copy_table(warehouse, cursor, table, columns)
    return Comparison(table, row_count, tuple(find_differences(warehouse, table, columns)))


def _copy_table(
    warehouse: duckdb.DuckDBPyConnection, cursor: Cursor, table: str, columns: dict[str, str]
) -> None:
    """PostgreSQL's rows as the table `other`, in the types that they have on DuckDB."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as text:
        names = ", ".join(columns)
        query = f"copy (select {names} from {table}) to stdout (format csv, force_quote *)"
        cursor.copy_expert(query, text)
        text.flush()
        warehouse.execute(
            "create or replace temp table other as from read_csv(?, header = false,"
            " columns = ?, quote = '\"', escape = '\"', delim = ',', nullstr = '',"
            " allow_quoted_nulls = false, auto_detect = false)",
            [text.name, columns],
        )


def find_differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
) -> Iterator[str]:
    """Sentences about how a table differs from the table `other`; none where they are equal."""
    rates = [name for name, kind in columns.items() if RATE.fullmatch(kind)]
    exact = [_spelled(name) for name in columns if name not in rates]
    only_there = _rows_of_one(warehouse, exact, "other", table)
    only_here = _rows_of_one(warehouse, exact, table, "other")
    if only_here or only_there:
        differing = [
            name
            for name in exact
            if _rows_of_one(warehouse, [name], table, "other")
            or _rows_of_one(warehouse, [name], "other", table)
        ]
        yield f"differs in {', '.join(differing) or 'how its columns go together'}"
    for engine, rows in (("DuckDB", only_here), ("PostgreSQL", only_there)):
        for row in rows[:SHOWN_ROWS]:
            yield f"{engine} alone has {row} ({len(rows):,} such rows)"
    if not (only_here or only_there) and rates:
        yield from _rate_differences(warehouse, table, ", ".join(exact), rates)


def _spelled(column: str) -> str:
    """An expression of the column in which equal values are equal texts."""
    if not column.endswith("_json"):
        return column
    expression = column
    for spelling, other in SPELLINGS:
        expression = f"regexp_replace({expression}, '{spelling}', '{other}', 'g')"
    return expression


def _rows_of_one(
    warehouse: duckdb.DuckDBPyConnection, columns: list[str], table: str, other: str
) -> list[tuple[object, ...]]:
    """The rows that the first table has, or has more often than the second."""
    names = ", ".join(columns)
    return warehouse.execute(
        f"select {names} from {table} except all select {names} from {other} order by all"
    ).fetchall()


def _rate_differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, exact: str, rates: list[str]
) -> Iterator[str]:
    """The rates that differ too much, of rows that are equal otherwise."""
    order = ", ".join([exact, *rates])
    numbered = "select *, row_number() over (order by {order}) as row_position from {table}"
    for name in rates:
        row = warehouse.execute(
            f"""
            with here as ({numbered.format(order=order, table=table)}),
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
