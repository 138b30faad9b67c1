"""Shows the generated folder to Spark: one schema for each system, whose tables are the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from funnel.demo.load import TRUTH
from funnel.spark import open_spark

MARK = "demo company of Revenue Funnel"
"""The comment on each schema that the demo made: a schema without it is somebody's own."""


def load_into_spark(folder: Path) -> int:
    """The number of tables. Raises PermissionError where a schema of a source system is not the
    demo company's."""
    files = [file for file in sorted(folder.glob("*/*.parquet")) if file.parent.name != TRUTH]
    if not files:
        raise FileNotFoundError(f"no demo data in {folder}; run `funnel demo` first")
    session = open_spark()
    for schema in sorted({file.parent.name for file in files}):
        _make_schema(session, schema)
    for file in files:
        # The files stay where they are: a table is their name.
        session.sql(
            f"create table `{file.parent.name}`.`{file.stem}` using parquet"
            f" location '{file.resolve().as_uri()}'"
        )
    return len(files)


def _make_schema(session: Any, schema: str) -> None:
    catalog = session.catalog
    run = session.sql
    if catalog.databaseExists(schema):
        if catalog.getDatabase(schema).description != MARK:
            raise PermissionError(
                f"the schema {schema} is not the demo company's: it is left as it is. Name another"
                " folder in REVENUE_FUNNEL_SPARK_WAREHOUSE for the demo."
            )
        run(f"drop schema `{schema}` cascade")
    run(f"create schema `{schema}` comment '{MARK}'")
