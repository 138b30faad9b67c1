"""Runs the report's queries on a built database, read-only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from funnel.variables import project_variables

QUERIES = Path(__file__).with_name("queries.sql")
NAMED = re.compile(r"^-- (name|shared): (\w+)\n", re.MULTILINE)
LEADING_COMMENTS = re.compile(r"\A(?:\s*--.*\n)*")
TABLE = re.compile(r"\b(?:from|join) ((?:marts|seeds)\.\w+)")

# What the query `periods` gave, for the queries after it.
PERIODS = "create or replace temp table periods (period text, first_date date, next_date date)"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """What one query gave, and the tables that it read."""

    name: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()
    values: tuple[tuple[Any, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def records(self) -> list[Record]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]

    def where(self, **wanted: Any) -> list[Record]:
        """The records whose columns have these values."""
        return [
            record
            for record in self.records
            if all(record[column] == value for column, value in wanted.items())
        ]


def queries() -> dict[str, str]:
    """The SQL of each name, in the order of the file, with what it shares with others."""
    parts = NAMED.split(QUERIES.read_text())[1:]
    found = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))
    shared = {name: sql.strip() for kind, name, sql in found if kind == "shared"}
    return {name: _with_shared(sql, shared) for kind, name, sql in found if kind == "name"}


def _with_shared(sql: str, shared: Mapping[str, str]) -> str:
    """The query after the shared ones that it reads."""
    used = [name for name in shared if re.search(rf"\b(?:from|join) {name}\b", sql)]
    if not used:
        return sql
    ctes = ",\n".join(f"{name} as (\n{shared[name]}\n)" for name in used)
    query = LEADING_COMMENTS.sub("", sql)
    if query.startswith("with"):
        return f"with {ctes},\n{query.removeprefix('with').lstrip()}"
    return f"with {ctes}\n{query}"


def read_all(
    connection: duckdb.DuckDBPyConnection, variables: Mapping[str, Any] | None = None
) -> dict[str, Rows]:
    """The rows of every query; the day of the first is a variable of the others."""
    named = queries()
    as_of = read(connection, "as_of", named.pop("as_of"))
    day = as_of.records[0]["as_of_date"] if as_of else None
    connection.execute("set variable as_of_date = cast(? as date)", [day])
    values = project_variables(variables)
    for name in ("planning_recent_weeks", "contract_months"):
        connection.execute(f"set variable {name} = cast(? as integer)", [values[name]])
    periods = read(connection, "periods", named["periods"])
    connection.execute(PERIODS)
    connection.executemany("insert into periods values (?, ?, ?)", periods.values or [[None] * 3])
    return {"as_of": as_of} | {name: read(connection, name, sql) for name, sql in named.items()}


def read(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> Rows:
    """The rows of a query; none where a table of it has not been built."""
    tables = tuple(dict.fromkeys(TABLE.findall(sql)))
    if not all(_exists(connection, table) for table in tables):
        return Rows(name, tables)
    result = connection.execute(sql)
    columns = tuple(column[0] for column in result.description or ())
    return Rows(name, tables, columns, tuple(result.fetchall()))


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, name = table.split(".")
    found = connection.execute(
        "select 1 from information_schema.tables"
        " where table_catalog = current_database() and table_schema = ? and table_name = ?",
        [schema, name],
    )
    return found.fetchone() is not None
