"""Builds one small demo company on DuckDB and on Spark, and compares what is published, and what
the commands show of it (`funnel copy`).

`make test-spark` runs it. Spark runs in this process, and its tables are in a temporary folder. The
builds leave out the tests of data and models: `make test` has them. Arguments are dbt's, to build a
part: `--select +fct_lifecycle`. With TWICE=yes both engines build up to 1 June first, and the
second build over that one is compared, too, with the tables of history."""

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

from funnel.demo.command import generate_demo, load_demo, load_demo_into_spark
from funnel.parity import show_parity
from funnel.places import SOURCES
from funnel.run_dbt import environment
from funnel.spark import PREFIX, end_spark
from tests.python.compare_engines import PEOPLE, build, show_times
from tests.python.spark_cluster import QUICK
from tests.python.tools_on_copies import show_tools

CUTOFFS = ("2026-06-01 00:00:00", "2026-07-01 00:00:00")
SCHEMAS = ("marts", "history")
MAY_HAVE_NO_TABLES = ("history",)
"""Some parts of the project keep no history."""


def compare_with_spark(selection: Sequence[str]) -> int:
    """0 if all published tables have the same rows on both engines, else 1."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = {
            SOURCES: "",
            f"{PREFIX}WAREHOUSE": str(Path(folder) / "spark"),
            # The names of tables are in memory: a file of them takes longer, and nobody reads it.
            f"{PREFIX}CATALOG": "in-memory",
            **QUICK,
        }
        with environment(place):
            try:
                code = _compare(Path(folder), selection)
            finally:
                end_spark()
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    click.echo(f"{time.monotonic() - started:.0f} seconds, {cpu:.0f} of CPU")
    return code


def _compare(folder: Path, selection: Sequence[str]) -> int:
    database, demo = folder / "revenue_funnel.duckdb", folder / "demo"
    if (
        generate_demo(PEOPLE, 7, datetime(2026, 7, 1), demo, True, [])
        or load_demo(demo, database)
        or load_demo_into_spark(demo)
    ):
        return 1
    click.echo("Building on both engines (some minutes) ...")
    for cutoff in CUTOFFS if os.environ.get("TWICE") == "yes" else CUTOFFS[1:]:
        if not _build(database, folder, selection, cutoff):
            return 1
        show_times(folder, ("spark", "duckdb"))
        code = [
            show_parity(database, "spark", schema, schema in MAY_HAVE_NO_TABLES)
            for schema in SCHEMAS
        ]
        if any(code):
            return 1
    # The commands need all tables.
    return 0 if selection else show_tools(database, "spark", folder)


def _build(database: Path, folder: Path, selection: Sequence[str], cutoff: str) -> bool:
    """Whether both engines have built, beside each other."""
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        on_duckdb = processes.submit(build, "duckdb", database, folder, selection, cutoff)
        # In this process, which has Spark's session.
        on_spark = build("spark", folder / "none.duckdb", folder, selection, cutoff)
        return on_duckdb.result() and on_spark


if __name__ == "__main__":
    # The temporary folder goes whichever way this ends.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(compare_with_spark(sys.argv[1:]))
