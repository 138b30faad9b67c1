"""Queries of databases that tests built. Opening one costs seventy times what most queries cost."""

from pathlib import Path
from typing import Any

import duckdb

_open: dict[Path, duckdb.DuckDBPyConnection] = {}
_lasting: set[Path] = set()


def stays_as_it_is(database: Path) -> None:
    """From now on nobody writes to it but dbt, for which `let_go` closes it: it may stay open."""
    _lasting.add(database)


def let_go(database: Path | None = None) -> None:
    """Closes this database, or all, before somebody writes to it."""
    for path in [database] if database else list(_open):
        if path in _open:
            _open.pop(path).close()


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows that a query gives, with times in UTC."""
    if database not in _lasting:
        with _opened(database) as connection:
            return connection.execute(sql).fetchall()
    if database not in _open:
        _open[database] = _opened(database)
    return _open[database].execute(sql).fetchall()


def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(database), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection
