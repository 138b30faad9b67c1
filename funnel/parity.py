"""Compares the published tables of two engines row by row: of the DuckDB file and of another one.

Everything must be equal; rates (decimals of nine digits and more after the point) and numbers of
floating point may differ from the ninth digit on."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click
import duckdb

from funnel.open_warehouse import open_warehouse
from funnel.postgres import PostgresError, connect_to_postgres
from funnel.spark import SparkError, open_spark

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # type: ignore[import-untyped]  # noqa: N812

LARGEST_GAP = 1e-9
"""Of two rates; relative to them where they are larger than 1."""
RATE = re.compile(r"DOUBLE|FLOAT|DECIMAL\(\d+,(9|[1-3]\d)\)")
"""The types of what is no amount, count, date or key."""
TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:)")
"""PostgreSQL writes times in JSON so, the others with a blank."""
TYPES_OF_SPARK = {"string": "varchar", "int": "integer"}
COLUMNS_OF_POSTGRES = """
    select pg_class.relname, attname, format_type(atttypid, atttypmod)
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = %s and relkind in ('r', 'v', 'm') and attnum > 0 and not attisdropped
    order by pg_class.relname, attnum
"""
SHOWN_ROWS = 3
PLAIN_JSON = "plain_json"


@dataclass(frozen=True)
class Comparison:
    """What the comparison of one table found: no differences where the engines agree."""

    table: str
    row_count: int
    differences: tuple[str, ...] = ()


class Engine(Protocol):
    """Where the other tables are."""

    name: str

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none if it is not there."""

    def tables(self, schema: str) -> dict[str, dict[str, str]]:
        """Its tables and views that have rows to copy, each with its columns and DuckDB's types."""

    def copy_table(
        self, warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
    ) -> None:
        """Puts its rows into the table `other`, in the types that they have on DuckDB."""


class Postgres:
    """The tables of the database that the environment names."""

    name = "PostgreSQL"

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def columns(self, table: str) -> set[str]:
        self.cursor.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s",
            table.split("."),
        )
        return {name for (name,) in self.cursor.fetchall()}

    def tables(self, schema: str) -> dict[str, dict[str, str]]:
        self.cursor.execute(COLUMNS_OF_POSTGRES, [schema])
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self.cursor.fetchall():
            found.setdefault(table, {})[column] = "decimal(38, 9)" if kind == "numeric" else kind
        return found

    def copy_table(
        self, warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
    ) -> None:
        with tempfile.NamedTemporaryFile(suffix=".csv") as text:
            names = ", ".join(columns)
            query = f"copy (select {names} from {table}) to stdout (format csv, force_quote *)"
            self.cursor.copy_expert(query, text)
            text.flush()
            warehouse.execute(
                "create or replace temp table other as from read_csv(?, header = false,"
                " columns = ?, quote = '\"', escape = '\"', delim = ',', nullstr = '',"
                " allow_quoted_nulls = false, auto_detect = false)",
                [text.name, columns],
            )


class Spark:
    """The tables of the session of this process."""

    name = "Spark"

    def __init__(self, session: Any) -> None:
        self.session = session

    def columns(self, table: str) -> set[str]:
        there = self.session.catalog.tableExists(table)
        return set(self.session.table(table).columns) if there else set()

    def tables(self, schema: str) -> dict[str, dict[str, str]]:
        if not self.session.catalog.databaseExists(schema):
            return {}
        names = [row.tableName for row in self.session.sql(f"show tables in {schema}").collect()]
        return {
            name: {
                field.name: TYPES_OF_SPARK.get(kind := field.dataType.simpleString(), kind)
                for field in self.session.table(f"{schema}.{name}").schema
            }
            for name in names
            if "__" not in name  # What a search for connected records leaves.
        }

    def copy_table(
        self, warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
    ) -> None:
        warehouse.register("rows_of_spark", self.session.table(table).toArrow())
        names = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
        warehouse.execute(
            f"create or replace temp table other as select {names} from rows_of_spark"
        )
        warehouse.unregister("rows_of_spark")


def show_parity(
    database: Path, engine: str, schema: str = "marts", may_have_no_tables: bool = False
) -> int:
    """Prints each table that differs, and how many are equal: 0 if all are, else 1."""
    try:
        with open_engine(engine) as other, open_warehouse(database) as warehouse:
            comparisons = list(compare_schema(warehouse, other, schema))
    except (PostgresError, SparkError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    return show_comparisons(comparisons, schema, may_have_no_tables)


def show_comparisons(
    comparisons: Sequence[Comparison], schema: str, may_have_no_tables: bool = False
) -> int:
    """Prints what was found. Nothing to compare counts as a difference, unless it is expected."""
    if not comparisons:
        click.echo(f"the schema {schema} has no tables on either engine")
        return 0 if may_have_no_tables else 1
    for comparison in comparisons:
        for difference in comparison.differences:
            click.echo(f"{comparison.table}: {difference}")
    equal = sum(not comparison.differences for comparison in comparisons)
    rows = sum(comparison.row_count for comparison in comparisons)
    click.echo(
        f"{equal} of {len(comparisons)} tables of {schema} are equal ({rows:,} rows on DuckDB)"
    )
    empty = [found.table for found in comparisons if not (found.row_count or found.differences)]
    if empty:
        click.echo(f"equal because neither engine has a row: {', '.join(empty)}")
    return 0 if equal == len(comparisons) else 1


def compare_schema(
    warehouse: duckdb.DuckDBPyConnection, other: Engine, schema: str
) -> Iterator[Comparison]:
    """Each table of a schema of the file beside the same table of the other engine."""
    found = warehouse.execute(
        "select table_name from information_schema.tables"
        " where table_schema = ? and table_catalog = current_database()"
        " order by table_name",
        [schema],
    ).fetchall()
    names = [table for (table,) in found]
    for table in names:
        yield _compare_table(warehouse, other, f"{schema}.{table}")
    for table in sorted(set(other.tables(schema)) - set(names)):
        yield Comparison(f"{schema}.{table}", 0, ("DuckDB does not have it",))


@contextmanager
def open_engine(engine: str) -> Iterator[Engine]:
    """The tables of PostgreSQL or Spark."""
    if engine == "spark":
        yield Spark(open_spark())
        return
    postgres = connect_to_postgres()
    try:
        with postgres, postgres.cursor() as cursor:
            yield Postgres(cursor)
    finally:
        postgres.close()


def _compare_table(warehouse: duckdb.DuckDBPyConnection, engine: Engine, table: str) -> Comparison:
    columns = {name: kind for name, kind, *_ in warehouse.execute(f"describe {table}").fetchall()}
    counted = warehouse.execute(f"select count(*) from {table}").fetchone()
    row_count = int(counted[0]) if counted else 0
    others = engine.columns(table)
    if not others:
        return Comparison(table, row_count, (f"{engine.name} does not have it",))
    if others != set(columns):
        only = ", ".join(sorted(others ^ set(columns)))
        return Comparison(table, row_count, (f"one engine alone has {only}",))
    engine.copy_table(warehouse, table, columns)
    differences = find_differences(warehouse, table, columns, engine.name)
    return Comparison(table, row_count, tuple(differences))


def find_differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], engine: str
) -> Iterator[str]:
    """Sentences about how a table differs from the table `other`; none where they are equal."""
    known = "select 1 from duckdb_functions() where function_name = ?"
    if not warehouse.execute(known, [PLAIN_JSON]).fetchone():
        warehouse.create_function(PLAIN_JSON, plain_json, ["VARCHAR"], "VARCHAR")
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
    for holder, rows in (("DuckDB", only_here), (engine, only_there)):
        for row in rows[:SHOWN_ROWS]:
            yield f"{holder} alone has {row} ({len(rows):,} such rows)"
    if not (only_here or only_there) and rates:
        yield from _rate_differences(warehouse, table, ", ".join(exact), rates, engine)


def _spelled(column: str) -> str:
    """An expression of the column in which equal values are equal texts."""
    return f"{PLAIN_JSON}({column})" if column.endswith("_json") else column


def plain_json(text: str) -> str:
    """JSON in one spelling: a number is 1000, where engines write 1000.0 or 1E3."""
    return json.dumps(json.loads(TIME.sub(r"\1 \2", text), parse_float=_number))


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _rows_of_one(
    warehouse: duckdb.DuckDBPyConnection, columns: list[str], table: str, other: str
) -> list[tuple[object, ...]]:
    """The rows that the first table has, or has more often than the second."""
    names = ", ".join(columns)
    return warehouse.execute(
        f"select {names} from {table} except all select {names} from {other} order by all"
    ).fetchall()


def _rate_differences(
    warehouse: duckdb.DuckDBPyConnection, table: str, exact: str, rates: list[str], engine: str
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
            yield f"{name} differs in {row[0]:,} rows: DuckDB has {row[1]}, {engine} {row[2]}"
