"""The physical floor: scan every used column once, and write the tables of a build once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from funnel.places import sources_of

TABLES = """
    select schema_name, table_name from duckdb_tables()
    where database_name = 'built' and schema_name in ({schemas}) order by all
"""
COLUMNS = """
    select column_name from duckdb_columns()
    where
        database_name = '{database}'
        and schema_name = '{schema}'
        and lower(table_name) = lower('{table}')
"""
SCHEMAS = ("intermediate", "marts", "history", "seeds")


def scan_and_write(folder: Path) -> dict[str, float]:
    """Reads each used column of each source table, and writes the models' tables into a file."""
    database = folder / "revenue_funnel.duckdb"
    copy = folder / "floor.duckdb"
    copy.unlink(missing_ok=True)
    with duckdb.connect(str(copy), config={"threads": 2}) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{database}' as built (read_only)")
        if sources := sources_of(database):
            connection.execute(f"attach '{sources}' as sources (read_only)")
        for relation, columns in used_columns(connection, folder / "target"):
            sums = ", ".join(f'bit_xor(hash("{column}"))' for column in columns)
            connection.execute(f"select {sums} from {relation}").fetchall()
        _write_tables(connection)
    return {}


def _write_tables(connection: duckdb.DuckDBPyConnection) -> None:
    schemas = ", ".join(f"'{schema}'" for schema in SCHEMAS)
    for schema, table in connection.execute(TABLES.format(schemas=schemas)).fetchall():
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f'create table {schema}."{table}" as from built.{schema}."{table}"')


def used_columns(
    connection: duckdb.DuckDBPyConnection, target: Path
) -> Iterator[tuple[str, list[str]]]:
    """Each source table with those of its columns that the SQL of a model names."""
    manifest = json.loads((target / "manifest.json").read_text())
    for id, source in manifest["sources"].items():
        words = _words(manifest, id, target)
        place = {"database": source["database"], "schema": source["schema"]}
        place["database"] = "built" if place["database"] != "sources" else "sources"
        found = connection.execute(COLUMNS.format(**place, table=source["identifier"])).fetchall()
        columns = [name for (name,) in found if name.lower() in words]
        if columns:
            yield f'{place["database"]}.{place["schema"]}."{source["identifier"]}"', columns


def _words(manifest: dict[str, Any], source: str, target: Path) -> set[str]:
    """What the models say that read the source, as dbt compiled them."""
    found: set[str] = set()
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and source in node["depends_on"]["nodes"]:
            path = target / "compiled" / node["package_name"] / node["original_file_path"]
            found.update(re.findall(r"\w+", path.read_text().lower()))
    return found
