"""Kills builds of a demo company at moments spread over a whole build, while a reader looks at the
warehouse every 50 milliseconds: nothing but a whole good build may ever be seen."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from funnel.aside import place_of_build
from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.last_build import last_build
from funnel.places import ROOT, SOURCES

UNTIL = datetime(2026, 7, 1)
SECONDS_BETWEEN_LOOKS = 0.05
TABLES = """
    select schema_name, table_name from duckdb_tables()
    where database_name = current_database() and schema_name in ('marts', 'history')
    order by all
"""


@dataclass
class Reader:
    """Looks at the warehouse again and again, as a BI tool would."""

    database: Path
    looks: int = 0
    faults: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            self.looks += 1
            try:
                with duckdb.connect(str(self.database), read_only=True) as connection:
                    if fault := last_build(connection).fault:
                        self.faults.append(fault)
            except duckdb.Error as error:
                self.faults.append(str(error).splitlines()[0])

    def stop(self) -> None:
        self._stop.set()


def measure_crashes(folder: Path, people: int, kills: int) -> int:
    """Prints what came of each kill: 0, or 1 if anything was seen that is no whole good build."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "revenue_funnel.duckdb"
    generate(people, 7, UNTIL, folder / "demo")
    load(folder / "demo", folder / "sources.duckdb", database)
    started = time.monotonic()
    if _build(folder, database).wait():
        print(f"The company does not build: see {folder / 'build.log'}.", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    clean = _contents(database)
    print(f"{people} people, {len(clean)} tables, {seconds:.0f} s per build, {kills} kills")
    reader = Reader(database)
    watch = threading.Thread(target=reader.run)
    watch.start()
    found: Counter[str] = Counter()
    try:
        for number in range(kills):
            found[_killed(folder, database, seconds * (number + 0.5) / kills)] += 1
            if _contents(database) != clean:
                reader.faults.append(f"after kill {number + 1} the tables are different")
    finally:
        reader.stop()
        watch.join()
    code = _build(folder, database).wait()
    differences = sum(_contents(database)[name] != rows for name, rows in clean.items())
    for phase, times in found.items():
        print(f"killed {times} times {phase}")
    print(f"{reader.looks:,} looks of a reader, {len(reader.faults)} faults")
    print("\n".join(sorted(set(reader.faults))))
    print(
        f"The build after them: exit code {code}, {differences} tables differ from a clean build."
    )
    return 1 if reader.faults or code or differences else 0


def _killed(folder: Path, database: Path, after: float) -> str:
    """Where the build was when it was killed."""
    process = _build(folder, database)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        log = (folder / "target" / "dbt.log").read_text(errors="ignore")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not place_of_build(database).exists():
            return "before the copy or after the swap"
        return "in the tests and models" if " START test " in log else "in the copy or the models"
    return "too late: it had ended"


def _build(folder: Path, database: Path) -> "subprocess.Popen[bytes]":
    (folder / "target").mkdir(exist_ok=True)
    (folder / "target" / "dbt.log").write_text("")
    options = ["--database", str(database), "--target", str(folder / "target"), "--force"]
    environment = {name: value for name, value in os.environ.items() if name != SOURCES}
    with (folder / "build.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "funnel", "build", *options],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _contents(database: Path) -> dict[str, tuple[int, int]]:
    """Rows and a checksum of every table that readers, or later builds, read."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = {}
        for schema, name in connection.execute(TABLES).fetchall():
            table = f'{schema}."{name}"'
            sql = f"select count(*), coalesce(bit_xor(hash(rows)), 0) from {table} as rows"
            rows, checksum = connection.execute(sql).fetchall()[0]
            found[table] = (int(rows), int(checksum))
        return found
