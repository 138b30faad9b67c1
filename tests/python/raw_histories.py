"""Random changes of the source tables between two builds: rows that come late or are gone, values
of other rows, records that become one person or two, marks of deletion."""

from pathlib import Path
from random import Random

import duckdb

TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where schema_name in ('hubspot', 'salesforce', 'stripe', 'zendesk')
    order by all
"""
COLUMNS = """
    select column_name from duckdb_columns()
    where schema_name || '.' || table_name = '{table}' and column_name not like '\\_%' escape '\\'
    order by column_index
"""
# Addresses of records that may be one person, or no longer be.
ADDRESSES = (("hubspot.contact", "property_email"), ("salesforce.lead", "email"))
MARKS = (("hubspot.contact", "_fivetran_deleted"), ("salesforce.opportunity", "is_deleted"))


class RawHistory:
    """The source tables in a database, as connectors and people change them."""

    def __init__(self, database: Path, seed: int) -> None:
        self.database = database
        self.random = Random(seed)

    def begin(self) -> None:
        """A part of the rows has not come yet."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("create schema late")
            for table in self._tables(connection):
                rows = self._some_rows(connection, table, 0.1)
                late = f'late."{table}"'
                connection.execute(f"create table {late} as from {table} where rowid in ({rows})")
                connection.execute(f"delete from {table} where rowid in ({rows})")

    def go_on(self) -> None:
        """All kinds of changes, in any order."""
        changes = [self._arrive, self._vanish, self._change, self._join, self._part, self._mark]
        self.random.shuffle(changes)
        with duckdb.connect(str(self.database)) as connection:
            for change in changes:
                change(connection)

    def begin_version(self) -> None:
        """The second version of the definition begins later than was agreed first."""
        day = f"date '2025-07-01' + {self.random.randint(1, 60)}"
        versions = "seeds.lead_definition_versions"
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(
                f"update {versions} set valid_to = {day} where definition_version = 1"
            )
            connection.execute(
                f"update {versions} set valid_from = {day} where definition_version = 2"
            )

    def _arrive(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table in self._tables(connection):
            late = f'late."{table}"'
            rows = self._some_rows(connection, late, 0.3)
            connection.execute(f"insert into {table} from {late} where rowid in ({rows})")
            connection.execute(f"delete from {late} where rowid in ({rows})")

    def _vanish(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table in self._tables(connection):
            rows = self._some_rows(connection, table, 0.01)
            connection.execute(f"delete from {table} where rowid in ({rows})")

    def _change(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A few rows get the value of another row."""
        for table in self._tables(connection):
            names = [name for (name,) in connection.execute(COLUMNS.format(table=table)).fetchall()]
            self._copy_value(connection, table, self.random.choice(names), 0.01)

    def _join(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table, column in ADDRESSES:
            self._copy_value(connection, table, column, 0.02)

    def _part(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table, column in ADDRESSES:
            rows = self._some_rows(connection, table, 0.02)
            address = f"'new' || rowid || '_{self.random.randint(0, 10**6)}@parted.example'"
            connection.execute(f"update {table} set {column} = {address} where rowid in ({rows})")

    def _mark(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table, column in MARKS:
            rows = self._some_rows(connection, table, 0.01)
            connection.execute(f"update {table} set {column} = true where rowid in ({rows})")

    def _copy_value(
        self, connection: duckdb.DuckDBPyConnection, table: str, column: str, share: float
    ) -> None:
        rows, other = (self._some_rows(connection, table, part) for part in (share, 0))
        value = f'(select "{column}" from {table} where rowid in ({other}))'
        connection.execute(f'update {table} set "{column}" = {value} where rowid in ({rows})')

    def _tables(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        return [table for (table,) in connection.execute(TABLES).fetchall()]

    def _some_rows(self, connection: duckdb.DuckDBPyConnection, table: str, share: float) -> str:
        """Ids of so many rows, and of one at least; of none where the table is empty."""
        found = connection.execute(f"select rowid from {table} order by rowid").fetchall()
        rows = [str(row) for (row,) in found]
        count = min(len(rows), max(1, round(len(rows) * share)))
        return ", ".join(self.random.sample(rows, count)) or "null"
