"""Opens a warehouse to read it: its staging views read the file of the source systems, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from funnel.places import sources_of

# A relation that was never built, or not in this run, is not there.
RELATIONS = """
    select relations.layer, relations.relation_name, relations.schema_name
    from operations.relations
    inner join information_schema.tables
        on tables.table_catalog = current_database()
        and tables.table_schema = relations.schema_name
        and tables.table_name = relations.relation_name
    where relations.layer != 'staging'
"""
COMMENTS = """
    with comments as (
        select database_name, schema_name, table_name, '' as column_name, comment
        from duckdb_tables()
        union all
        select database_name, schema_name, table_name, column_name, comment from duckdb_columns()
    )
    select relations.layer, relations.relation_name, comments.column_name, comments.comment
    from operations.relations
    inner join comments
        on comments.database_name = current_database()
        and comments.schema_name = relations.schema_name
        and comments.table_name = relations.relation_name
    where relations.layer = 'marts' and comments.comment is not null
"""
OPERATIONS = ("dbt_runs", "relations", "settings")


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
        _show_layers(connection, catalog)
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _show_layers(connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Shows the tables under the names of their layers (marts, seeds, history) where a project has
    other schemas: the last run of dbt recorded where they are."""
    try:
        found = connection.execute(RELATIONS).fetchall()
    except duckdb.CatalogException:
        return
    if all(schema == layer for layer, _, schema in found):
        return
    for layer, name, schema in [*found, *(("operations", of, "operations") for of in OPERATIONS)]:
        connection.execute(f'create schema if not exists memory."{layer}"')
        table = f'"{catalog}"."{schema}"."{name}"'
        connection.execute(f'create or replace view memory."{layer}"."{name}" as from {table}')
    for layer, name, column, comment in connection.execute(COMMENTS).fetchall():
        of = f'view memory."{layer}"."{name}"'
        if column:
            of = f'column memory."{layer}"."{name}"."{column}"'
        connection.execute(f"comment on {of} is {_text(comment)}")
    connection.execute("use memory")


def settings_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The vars that the last run of dbt recorded."""
    try:
        return dict(connection.execute("select name, value from operations.settings").fetchall())
    except duckdb.CatalogException:
        return {}


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted(path: Path) -> str:
    """The path as a text of SQL."""
    return _text(str(path))
