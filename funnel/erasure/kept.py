"""A copy of who was erased, as hashes, and of the anonymous rows, beside the warehouse: a new file,
and a backup from before an erasure, learn from it whom not to let in again."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from funnel.erasure.remember import IDENTIFIERS, ROWS, Memory
from funnel.open_warehouse import quoted

KEPT = (IDENTIFIERS, ROWS)
SAME = {IDENTIFIERS: "(kind, identifier_hash)", ROWS: "(entity, system, row_json)"}


def kept_path(database: Path) -> Path:
    return database.with_name(database.name + ".erased")


def write_kept(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> None:
    """As the warehouse has them now; nothing where nobody was ever erased."""
    memory = Memory(connection, schema)
    if memory.is_empty():
        # Somebody has let in all who were erased.
        shutil.rmtree(folder, ignore_errors=True)
        return
    folder.mkdir(exist_ok=True)
    for table in KEPT:
        new = folder / f"{table}.new"
        memory.run(f"copy {{history}}.{table} to {quoted(new)} (format parquet)")
        new.replace(folder / f"{table}.parquet")


def kept_files(folder: Path) -> dict[str, Path]:
    """The files of such a copy, or of a backup of the history, by table."""
    return {
        table: folder / f"{table}.parquet"
        for table in KEPT
        if (folder / f"{table}.parquet").exists()
    }


def read_kept(
    connection: duckdb.DuckDBPyConnection, schema: str, copies: Iterable[Mapping[str, Path]]
) -> Memory:
    """Adds what the copies have and the schema lacks."""
    memory = Memory(connection, schema)
    for files in copies:
        for table, path in sorted(files.items()):
            memory.make_tables()
            memory.run(
                f"insert into {{history}}.{table} by name from read_parquet({quoted(path)})"
                f" where {SAME[table]} not in (select {SAME[table]} from {{history}}.{table})"
            )
    return memory
