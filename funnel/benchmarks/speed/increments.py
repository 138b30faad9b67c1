"""Rows of the source tables that come after the first build, and later ones: of each thousand one,
then ten, wherever they stand."""

from pathlib import Path

import duckdb

TABLES = """
    select schema_name, table_name from duckdb_tables()
    where database_name = current_database() order by all
"""
# Which rows of a thousand come with an increment.
INCREMENTS = {"increment of 0.1 %": (0, 0), "increment of 1 %": (1, 10)}


def hold_back(folder: Path) -> None:
    """Takes the rows of all increments out of the source tables, into a file each."""
    with _sources(folder) as connection:
        for name, (first, last) in INCREMENTS.items():
            for schema, table in connection.execute(TABLES).fetchall():
                path = _late(folder, name) / f"{schema}.{table}.parquet"
                path.parent.mkdir(exist_ok=True)
                chosen = f"hash(rowid) % 1000 between {first} and {last}"
                source = f'{schema}."{table}"'
                connection.execute(f"copy (from {source} where {chosen}) to '{path}'")
        chosen = f"hash(rowid) % 1000 <= {max(last for _, last in INCREMENTS.values())}"
        for schema, table in connection.execute(TABLES).fetchall():
            connection.execute(f'delete from {schema}."{table}" where {chosen}')


def arrive(folder: Path, name: str) -> None:
    """The rows of an increment come."""
    with _sources(folder) as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            path = _late(folder, name) / f"{schema}.{table}.parquet"
            connection.execute(f"insert into {schema}.\"{table}\" from '{path}'")


def _late(folder: Path, name: str) -> Path:
    return folder / name.replace(" %", "").replace(" ", "_")


def _sources(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(folder / "sources.duckdb"))
