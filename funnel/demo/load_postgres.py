"""Loads the generated folder into PostgreSQL: one schema for each system."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from funnel.demo.load import TRUTH, quoted
from funnel.postgres import connect_to_postgres

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # type: ignore[import-untyped]  # noqa: N812

MARK = "demo company of Revenue Funnel"
"""The comment on each schema that the demo made: a schema without it is somebody's own."""
OTHER_NAMES = {
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "BLOB": "bytea",
    "TINYINT": "smallint",
}


def load_into_postgres(folder: Path) -> int:
    """The number of tables loaded, in one transaction. Raises PermissionError where a schema of a
    source system is not the demo company's."""
    files = [file for file in sorted(folder.glob("*/*.parquet")) if file.parent.name != TRUTH]
    if not files:
        raise FileNotFoundError(f"no demo data in {folder}; run `funnel demo` first")
    connection = connect_to_postgres()
    try:
        with connection, connection.cursor() as cursor, duckdb.connect() as reader:
            for schema in sorted({file.parent.name for file in files}):
                _make_schema(cursor, schema)
            for file in files:
                _load_table(cursor, reader, file)
    finally:
        connection.close()
    return len(files)


def _make_schema(cursor: Cursor, schema: str) -> None:
    cursor.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
    )
    found = cursor.fetchone()
    if found and found[0] != MARK:
        raise PermissionError(
            f"the schema {schema} is not the demo company's: it is left as it is. Name another"
            " database in REVENUE_FUNNEL_POSTGRES_DATABASE for the demo."
        )
    cursor.execute(f"drop schema if exists {quoted(schema)} cascade")
    cursor.execute(f"create schema {quoted(schema)}")
    cursor.execute(f"comment on schema {quoted(schema)} is '{MARK}'")


def _load_table(cursor: Cursor, reader: duckdb.DuckDBPyConnection, file: Path) -> None:
    table = quoted(file.parent.name, file.stem)
    rows = reader.from_parquet(str(file))
    columns = [
        f"{quoted(name)} {OTHER_NAMES.get(str(kind), str(kind))}"
        for name, kind in zip(rows.columns, rows.types, strict=True)
    ]
    cursor.execute(f"create table {table} ({', '.join(columns)})")
    with tempfile.NamedTemporaryFile(suffix=".csv") as text:
        # An empty text is quoted there, and a null is nothing: PostgreSQL reads both so.
        rows.write_csv(text.name, header=False)
        with open(text.name, encoding="utf-8") as lines:
            cursor.copy_expert(f"copy {table} from stdin (format csv)", lines)
    cursor.execute(f"analyze {table}")
