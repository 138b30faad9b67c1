"""Before a build: its copy of the warehouse holds nothing of persons who were erased."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from funnel.aside import copy_what_no_build_makes
from funnel.erasure.kept import kept_files, read_kept, write_kept
from funnel.erasure.remember import IDENTIFIERS, Memory
from funnel.erasure.secret import ErasureError, read_secret


def prepare_copy(building: Path, secret: Path, kept: Path | None = None) -> None:
    """Nothing to do where nobody was erased. Else restored backups of the history are rewritten,
    and the first build after an erasure begins with a new file. kept: who was erased, for a
    warehouse that is new."""
    files = kept_files(kept) if kept else {}
    if not building.exists() and not files:
        return
    with duckdb.connect(str(building)) as connection:
        schema = _schema(connection)
        if not _has_memory(connection, schema):
            connection.execute(f'create schema if not exists "{schema}"')
            read_kept(connection, schema, [files])
        memory = Memory(connection, schema)
        if kept and _has_memory(connection, schema):
            write_kept(connection, schema, kept)
        if memory.is_empty():
            return
        if not secret.exists():
            raise ErasureError(
                f"The secret with which persons were erased is not in {secret}: put the file back,"
                " or name it in REVENUE_FUNNEL_ERASURE_SECRET. Without it the erased would be let"
                " in again."
            )
        memory.secret = read_secret(secret)
        memory.rewrite(least_published(connection))
        is_old = _last_built_at(connection) and is_built_before_an_erasure(connection)
    if is_old:
        copy_what_no_build_makes(building)


def is_built_before_an_erasure(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables still hold persons who were erased since they were built."""
    built, erased = _last_built_at(connection), last_erased_at(connection)
    return erased is not None and (built is None or erased >= built)


def is_older(published_at: str, erased_at: datetime | None) -> bool:
    """Whether a publication was made before somebody was erased."""
    return erased_at is not None and published_at.removesuffix("Z") < erased_at.isoformat()


def last_erased_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When somebody was erased last from the warehouse that the connection uses."""
    return Memory(connection, _schema(connection)).last_erased_at()


def _has_memory(connection: duckdb.DuckDBPyConnection, schema: str) -> bool:
    """Whether the warehouse knows who was erased, be it nobody any more."""
    sql = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
    return bool(connection.execute(sql, [schema, IDENTIFIERS]).fetchall())


def _schema(connection: duckdb.DuckDBPyConnection) -> str:
    sql = "select max(schema_name) from operations.relations where layer = 'history'"
    return str(_first(connection, sql) or "history")


def least_published(connection: duckdb.DuckDBPyConnection) -> int:
    sql = "select max(value) from operations.settings where name = 'least_published_records'"
    return int(_first(connection, sql) or 5)


def _last_built_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    found: datetime | None = _first(connection, "select max(started_at) from operations.dbt_runs")
    return found


def _first(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    try:
        return connection.execute(sql).fetchall()[0][0]
    except duckdb.CatalogException:
        return None
