"""Builds one small demo company on DuckDB and on PostgreSQL, and compares what is published, and
what the commands show of it (`funnel copy`). Then PostgreSQL publishes many times while others
read.

`make test-postgres` runs it. The builds leave out the tests of data and models: `make test` has
them."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import click

from funnel.demo.command import generate_demo, load_demo, load_demo_into_postgres
from funnel.parity import show_parity
from funnel.places import SOURCES
from funnel.postgres import PostgresError
from funnel.run_dbt import environment, run_dbt
from tests.python.postgres_server import postgres_database
from tests.python.swaps_under_readers import SWAPS, find_faults_of_swaps
from tests.python.tools_on_copies import show_tools

ENGINES = ("postgres", "duckdb")
PEOPLE = 200
"""Enough for each published table to have rows."""
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def compare_engines() -> int:
    """0 if all published tables have the same rows on both engines, else 1."""
    started = time.monotonic()
    try:
        with (
            postgres_database(),
            tempfile.TemporaryDirectory() as folder,
            environment({SOURCES: ""}),
        ):
            code = _compare(Path(folder))
        code = code or _swap()
    except PostgresError as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    click.echo(f"{time.monotonic() - started:.0f} seconds, {_cpu_seconds():.0f} of CPU")
    return code


def _compare(folder: Path) -> int:
    database, demo = folder / "revenue_funnel.duckdb", folder / "demo"
    if (
        generate_demo(PEOPLE, 7, datetime(2026, 7, 1), demo, True, [])
        or load_demo(demo, database)
        or load_demo_into_postgres(demo)
    ):
        return 1
    click.echo("Building on both engines (a minute or two) ...")
    with ProcessPoolExecutor(len(ENGINES), get_context("spawn")) as processes:
        built = list(processes.map(build, ENGINES, [database] * 2, [folder] * 2))
    if not all(built):
        return 1
    code = show_parity(database, "postgres")
    # A minute more, which continuous integration does without.
    return code or (0 if os.environ.get("CI") else show_tools(database, "postgres", folder))


def _swap() -> int:
    with postgres_database():
        found = find_faults_of_swaps()
    for fault in found.faults:
        click.echo(f"a query during a publication: {fault}")
    click.echo(f"{SWAPS} publications: {found.query_count:,} queries, {len(found.faults)} faults")
    return 1 if found.faults else 0


def build(engine: str, database: Path, folder: Path, selection: Sequence[str] = ()) -> bool:
    """Whether all models and seeds were built, or those selected; dbt prints the errors."""
    arguments = ["build", "--quiet", "--target", engine, *WITHOUT_TESTS, *selection]
    return bool(run_dbt(arguments, database, folder / f"target_{engine}").success)


def _cpu_seconds() -> float:
    """Of this process and of those that it started, the server among them."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    # The server and its folder go whichever way this ends.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(compare_engines())
