"""A reader of the warehouse, and what it may see: the tables of one of two good builds."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from funnel.last_build import last_build

SECONDS_BETWEEN_LOOKS = 0.05
TABLES = """
    select schema_name || '."' || table_name || '"', estimated_size from duckdb_tables()
    where database_name = current_database() and schema_name in ('marts', 'history')
    order by all
"""
Sizes = tuple[tuple[str, int], ...]
Contents = dict[str, tuple[int, int]]


def sizes_of(connection: duckdb.DuckDBPyConnection) -> Sizes:
    """Rows of every table that readers, or later builds, read: quick to ask."""
    return tuple((name, int(rows)) for name, rows in connection.execute(TABLES).fetchall())


def contents_of(database: Path) -> Contents:
    """Rows and a checksum of each of these tables."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = {}
        for table, _ in sizes_of(connection):
            sql = f"select count(*), coalesce(bit_xor(hash(rows)), 0) from {table} as rows"
            rows, checksum = connection.execute(sql).fetchall()[0]
            found[table] = (int(rows), int(checksum))
        return found


@dataclass
class Reader:
    """Looks at the warehouse again and again, as a BI tool would."""

    database: Path
    good: set[Sizes] = field(default_factory=set)
    looks: int = 0
    faults: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            self.looks += 1
            try:
                with duckdb.connect(str(self.database), read_only=True) as connection:
                    self._look(connection)
            except duckdb.Error as error:
                self.faults.append(str(error).splitlines()[0])

    def _look(self, connection: duckdb.DuckDBPyConnection) -> None:
        if fault := last_build(connection).fault:
            self.faults.append(fault)
        if sizes_of(connection) not in self.good:
            self.faults.append("the tables are those of no good build")

    def __enter__(self) -> "Reader":
        self._thread = threading.Thread(target=self.run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
