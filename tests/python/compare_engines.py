"""Builds one small demo company on DuckDB and on PostgreSQL, and compares what is published, and
what the commands show of it (`funnel copy`). Then PostgreSQL publishes many times while others
read.

`make test-postgres` runs it. The builds leave out the tests of data and models: `make test` has
them. With TIMES=yes the engines build one after the other, and the times of their models are shown,
as for a larger company: `make test-postgres PEOPLE=8000 TIMES=yes`."""

import json
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
PEOPLE = int(os.environ.get("PEOPLE", "200"))
"""200 are enough for each published table to have rows."""
SHOWN_MODELS = 5
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
    are_timed = os.environ.get("TIMES") == "yes"
    with ProcessPoolExecutor(1 if are_timed else len(ENGINES), get_context("spawn")) as processes:
        built = list(processes.map(build, ENGINES, [database] * 2, [folder] * 2))
    if not all(built):
        return 1
    if are_timed:
        show_times(folder, ENGINES)
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


def build(
    engine: str,
    database: Path,
    folder: Path,
    selection: Sequence[str] = (),
    cutoff: str = "2026-07-01 00:00:00",
) -> bool:
    """Whether all models and seeds were built, or those selected; dbt prints the errors."""
    arguments = ["build", "--quiet", "--target", engine, *WITHOUT_TESTS, *selection]
    target = folder / f"target_{engine}"
    return bool(run_dbt(arguments, database, target, {"cutoff": cutoff}).success)


def show_times(folder: Path, engines: Sequence[str]) -> None:
    """How long the models of the last builds took on each engine, and which took the longest."""
    for engine in engines:
        results = folder / f"target_{engine}" / "run_results.json"
        seconds = {
            result["unique_id"].rpartition(".")[2]: result["execution_time"]
            for result in json.loads(results.read_text(encoding="utf-8"))["results"]
            if result["unique_id"].startswith("model.")
        }
        slowest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:SHOWN_MODELS]
        listed = ", ".join(f"{name} {seconds[name]:.1f}" for name in slowest)
        click.echo(f"{engine}: {len(seconds)} models in {sum(seconds.values()):.0f} s: {listed}")


def _cpu_seconds() -> float:
    """Of this process and of those that it started, the server among them."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    # The server and its folder go whichever way this ends.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(compare_engines())
