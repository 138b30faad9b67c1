"""Generates the demo company and loads it, with a line about each."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import duckdb

from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.demo.load_postgres import load_into_postgres
from funnel.demo.load_spark import load_into_spark
from funnel.places import SOURCES
from funnel.postgres import PostgresError, postgres_settings
from funnel.progress import show_step
from funnel.spark import SparkError, spark_settings


def generate_demo(
    people: int, seed: int, until: datetime, out: Path, is_quiet: bool, looks: Sequence[datetime]
) -> int:
    """Writes the company as Parquet: 0, or 1 if it can't be made or the folder holds another."""
    try:
        made = generate(
            people, seed, until, out, is_quiet=is_quiet, looks=list(looks), progress=_progress
        )
    except (ValueError, FileExistsError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    if made.is_new:
        click.echo(f"{out}: {made.people:,} people, {made.rows:,} rows, {made.files} files")
    else:
        click.echo(f"{out} already holds these {made.people:,} people")
    return 0


def load_demo(folder: Path, database: Path) -> int:
    """Loads the folder into the file of the sources: 0, or 1 if nothing can be loaded."""
    named = os.environ.get(SOURCES)
    into = database.with_name("sources.duckdb") if named is None else Path(named or database)
    try:
        count = load(folder, into, None if into == database else database)
    except (FileNotFoundError, PermissionError, duckdb.IOException) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    click.echo(f"{into}: {f'{count} tables loaded' if count else 'already loaded'}")
    return 0


def load_demo_into_postgres(folder: Path) -> int:
    """Loads the folder into PostgreSQL: 0, or 1 if nothing can be loaded."""
    try:
        count = load_into_postgres(folder)
    except (FileNotFoundError, PermissionError, PostgresError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    click.echo(f"PostgreSQL, database {postgres_settings()['dbname']}: {count} tables loaded")
    return 0


def load_demo_into_spark(folder: Path) -> int:
    """Shows the folder to Spark: 0, or 1 if nothing can be shown."""
    try:
        count = load_into_spark(folder)
    except (FileNotFoundError, PermissionError, SparkError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    click.echo(f"Spark, folder {spark_settings()['spark.sql.warehouse.dir']}: {count} tables")
    return 0


def _progress(done: int, total: int) -> None:
    if total > 1:
        show_step(f"  {done} of {total} parts of the company", is_moving=done < total)
