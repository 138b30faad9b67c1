"""Builds a part of the demo company over a Thrift server of Spark, and compares it with DuckDB.

`make test-spark-thrift` runs it. The server works on a cluster made here
(tests/python/spark_cluster.py): dbt sends it SQL, and has no Java of its own. MODELS names the
part, as in `make test-spark-cluster`."""

import os
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import click

from funnel.demo.command import generate_demo, load_demo
from funnel.places import SOURCES
from funnel.run_dbt import environment
from funnel.spark import PREFIX, SparkError
from tests.python.compare_engines import PEOPLE, build, show_times
from tests.python.compare_with_spark import SCHEMAS
from tests.python.kill_spark import find_differences, load, run_in_another
from tests.python.spark_cluster import HOST, Cluster, spark_cluster, thrift_server

SELECTED = ("--select", *os.environ.get("MODELS", "+fct_mrr_movements").split())


def build_over_thrift() -> int:
    """0 if the tables that the server has made have DuckDB's rows, else 1."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name, environment({SOURCES: ""}):
        folder = Path(name)
        try:
            with spark_cluster(folder) as cluster, environment(cluster.place):
                code = _build_and_compare(cluster, folder)
        except SparkError as problem:
            click.echo(f"error: {problem}", err=True)
            return 1
    click.echo(f"{time.monotonic() - started:.0f} seconds")
    return code


def _build_and_compare(cluster: Cluster, folder: Path) -> int:
    demo, database = folder / "demo", folder / "revenue_funnel.duckdb"
    if (
        generate_demo(PEOPLE, 7, datetime(2026, 7, 1), demo, True, [])
        or load_demo(demo, database)
        or run_in_another(load, demo)
    ):
        return 1
    with thrift_server(cluster) as port:
        place = {f"{PREFIX}HOST": HOST, f"{PREFIX}PORT": str(port)}
        with environment(place):
            is_built = build("spark_thrift", folder / "none.duckdb", folder, SELECTED)
    if not (is_built and build("duckdb", database, folder, SELECTED)):
        click.echo((folder / "thrift_server.log").read_text(encoding="utf-8")[-5000:])
        return 1
    show_times(folder, ("spark_thrift", "duckdb"))
    return max(run_in_another(find_differences, database, schema) for schema in SCHEMAS)


if __name__ == "__main__":
    # The programs and the folder go whichever way this ends.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(build_over_thrift())
