"""Kills parts of a Spark cluster while the project builds there, and compares with DuckDB.

`make test-spark-cluster` runs it, with a cluster of its own (tests/python/spark_cluster.py):

1. A build up to 1 June, in the middle of which a worker is killed: it must finish, and its rows
   must be DuckDB's.
2. A build up to 1 July, in the middle of which the driver is killed, once between two published
   tables and once while one is written. Another program reads all published tables in the
   meantime: none may ever be missing.
3. The next build must finish, and its rows must be those of DuckDB, which no one killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import click

from funnel.demo.command import generate_demo, load_demo
from funnel.places import ROOT, SOURCES
from funnel.run_dbt import environment, run_dbt
from funnel.spark import PREFIX, SparkError
from tests.python.compare_engines import PEOPLE, WITHOUT_TESTS
from tests.python.compare_with_spark import MAY_HAVE_NO_TABLES, SCHEMAS
from tests.python.spark_cluster import Cluster, Process, kill_group, spark_cluster

FIRST, SECOND = "2026-06-01 00:00:00", "2026-07-01 00:00:00"
SELECTED = os.environ.get("MODELS", "+fct_lifecycle").split()
"""What is built: down to the leads, or all with MODELS=fqn:*."""
KILLED_TABLE = os.environ.get("KILLED_TABLE", "marts.fct_lifecycle")
STEPS_BEFORE_A_KILL = int(os.environ.get("STEPS_BEFORE_A_KILL", "30"))
"""Tables of the schema intermediate that are made before a worker or the driver is killed."""
SECONDS_BETWEEN_LOOKS = 0.05


def kill_parts_of_spark() -> int:
    """0 if nothing went missing and all rows are equal, else 1."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name, environment({SOURCES: ""}):
        folder = Path(name)
        try:
            with spark_cluster(folder) as cluster, environment(cluster.place):
                code = _kill_and_compare(cluster, folder)
        except SparkError as problem:
            click.echo(f"error: {problem}", err=True)
            return 1
    click.echo(f"{time.monotonic() - started:.0f} seconds")
    return code


def _kill_and_compare(cluster: Cluster, folder: Path) -> int:
    demo, database = folder / "demo", folder / "revenue_funnel.duckdb"
    if generate_demo(PEOPLE, 7, datetime(2026, 7, 1), demo, True, []) or load_demo(demo, database):
        return 1
    run_in_another(load, demo)
    is_good = [_lose_a_worker(cluster, folder), _compare(database, folder, FIRST)]
    with _reader(folder) as read_well:
        is_good += [_lose_the_driver(folder, moment) for moment in _moments()]
        is_good.append(_build_again(folder))
    is_good += [_compare(database, folder, SECOND), read_well()]
    return 0 if all(is_good) else 1


def _lose_a_worker(cluster: Cluster, folder: Path) -> bool:
    with _build(folder, "worker", FIRST) as (build, log):
        _wait_until(build, log, lambda: _is_in_the_middle(log))
        kill_group(cluster.workers[0])
        click.echo(f"worker killed after {_made(log)} models and seeds")
        code = build.wait()
    click.echo(f"the build without it: {_made(log)} models and seeds, exit code {code}")
    return code == 0


def _moments() -> Iterator[tuple[str, Callable[[Path], bool]]]:
    """When the driver is killed."""
    yield "in mid-build", _is_in_the_middle
    yield f"while it wrote {KILLED_TABLE}", _is_writing


def _is_in_the_middle(log: Path) -> bool:
    return _count(log, " OK created sql table model intermediate.") >= STEPS_BEFORE_A_KILL


def _is_writing(log: Path) -> bool:
    """Whether the table's next version is there, and readers still see the one before."""
    schema, table = KILLED_TABLE.split(".")
    versions = log.parents[1] / "warehouse" / f"{schema}_versions.db"
    has_begun = _count(log, f" START sql table model {KILLED_TABLE} ") > 0
    return has_begun and len(list(versions.glob(f"{table}__*"))) > 1


def _lose_the_driver(folder: Path, moment: tuple[str, Callable[[Path], bool]]) -> bool:
    name, is_now = moment
    with _build(folder, "driver", SECOND) as (build, log):
        _wait_until(build, log, lambda: is_now(log))
        kill_group(build)
        click.echo(f"driver killed {name}, after {_made(log)} models and seeds")
        return build.returncode == -signal.SIGKILL


def _build_again(folder: Path) -> bool:
    with _build(folder, "again", SECOND) as (build, log):
        code = build.wait()
    click.echo(f"the next build: {_made(log)} models and seeds, exit code {code}")
    if code:
        click.echo(_end_of_output(log))
    return code == 0


def _end_of_output(log: Path) -> str:
    return (log.parent / "output.txt").read_text(encoding="utf-8")[-5000:]


@contextmanager
def _build(folder: Path, name: str, cutoff: str) -> Iterator[tuple[Process, Path]]:
    """dbt in a process of its own, which is Spark's driver, and its log."""
    target = folder / f"target_{name}"
    log = target / "dbt.log"
    target.mkdir(exist_ok=True)
    log.unlink(missing_ok=True)
    program = Path(sys.executable).with_name("dbt")
    arguments = [*_arguments("spark"), "--vars", f"{{cutoff: '{cutoff}'}}"]
    with (target / "output.txt").open("wb") as output:
        build = subprocess.Popen(
            # One target path for all, so that only the first reads the project anew.
            [program, *arguments, "--target-path", folder / "target_spark", "--log-path", target],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield build, log
    finally:
        kill_group(build)


def _arguments(engine: str) -> Sequence[str]:
    return ["build", "--quiet", "--target", engine, *WITHOUT_TESTS, "--select", *SELECTED]


def _made(log: Path) -> int:
    return _count(log, " OK created ") + _count(log, " OK loaded ")


def _count(log: Path, text: str) -> int:
    return log.read_text(encoding="utf-8").count(text) if log.exists() else 0


def _wait_until(build: Process, log: Path, is_now: Callable[[], bool]) -> None:
    while not is_now():
        if build.poll() is not None:
            click.echo(_end_of_output(log))
            raise SparkError(f"the build ended with {build.returncode} before anything was killed")
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _compare(database: Path, folder: Path, cutoff: str) -> bool:
    """Whether the tables of people and those of history are DuckDB's, which builds here."""
    if not run_dbt(_arguments("duckdb"), database, folder / "target", {"cutoff": cutoff}).success:
        return False
    found = [run_in_another(find_differences, database, schema) for schema in SCHEMAS]
    return not any(found)


def run_in_another(task: Callable[..., int], *arguments: object) -> int:
    """In a process of its own, since a session of Spark stays until its process ends."""
    with environment({f"{PREFIX}MASTER": "local[1]"}):
        process = get_context("spawn").Process(target=_exit_with, args=(task, *arguments))
        process.start()
    process.join()
    return process.exitcode or 0


def _exit_with(task: Callable[..., int], *arguments: object) -> None:
    sys.exit(task(*arguments))


def load(demo: Path) -> int:
    from funnel.demo.command import load_demo_into_spark

    return load_demo_into_spark(demo)


def find_differences(database: Path, schema: str) -> int:
    from funnel.parity import show_parity

    return show_parity(database, "spark", schema, schema in MAY_HAVE_NO_TABLES)


@contextmanager
def _reader(folder: Path) -> Iterator[Callable[[], bool]]:
    """A program that reads while others build; afterwards, whether it found all tables."""
    stop, log = folder / "stop", folder / "reader.txt"
    process = get_context("spawn").Process(target=_read, args=(stop, log))
    process.start()
    try:
        yield lambda: process.exitcode == 0 and log.exists()
    finally:
        stop.touch()
        process.join()
        click.echo(log.read_text(encoding="utf-8") if log.exists() else "the reader did not start")


def _read(stop: Path, log: Path) -> None:
    """Looks for all published tables again and again, and counts the rows of one of them."""
    from funnel.spark import open_spark

    small = {"spark.driver.memory": "1g", "spark.driver.extraJavaOptions": "-XX:+UseSerialGC"}
    session = open_spark({"spark.master": "local[1]", **small})
    published = [row.tableName for row in session.sql("show tables in marts").collect()]
    faults: list[str] = []
    looks = reads = 0
    while not stop.exists():
        time.sleep(SECONDS_BETWEEN_LOOKS)
        name = f"marts.{published[reads % len(published)]}"
        there = {row.tableName for row in session.sql("show tables in marts").collect()}
        faults += [f"{missing} is missing" for missing in published if missing not in there]
        looks += 1
        try:
            if not session.sql(f"select count(*) from {name}").collect()[0][0]:
                faults.append(f"{name} is empty")
            reads += 1
        except Exception as fault:
            faults.append(f"{name}: {str(fault).splitlines()[0]}")
            reads += 1
    lines = [*faults[:20], f"{reads} reads, {looks} looks at {len(published)} published tables"]
    log.write_text("\n".join([*lines, f"{len(faults)} faults"]), encoding="utf-8")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    # The programs and the folder go whichever way this ends.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(kill_parts_of_spark())
