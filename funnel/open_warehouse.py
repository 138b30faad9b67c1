"""Opens a warehouse to read it: its staging views read the file of the source systems, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from funnel.places import sources_of


@contextmanager
def open_warehouse(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads the warehouse, with times in UTC; files of its own can be
    attached. As long as it lasts, nobody else can write to the warehouse."""
    with duckdb.connect() as connection:
        # Under the name that its views know.
        connection.execute(f"attach {quoted(database)} (read_only)")
        sources = sources_of(database)
        if sources and sources.exists():
            connection.execute(f"attach {quoted(sources)} as sources (read_only)")
        catalog = database.stem.replace('"', '""')
        connection.execute(f'use "{catalog}"')
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def quoted(path: Path) -> str:
    """The path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
