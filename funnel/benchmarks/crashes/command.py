"""Runs the trials on a demo company, and prints what a reader saw and what became of each."""

import json
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from funnel.benchmarks.crashes.reader import Contents, Reader, contents_of, sizes_of
from funnel.benchmarks.crashes.trials import (
    EARLIER,
    LATER,
    MEGABYTE,
    Company,
    Judge,
    Trial,
    build_twice,
    fill_disks,
    kill_builds,
    kill_swaps,
)
from funnel.demo.generate import generate
from funnel.demo.load import load

UNTIL = datetime(2026, 7, 1)
SEED = 7


class DoesNotBuildError(Exception):
    """The company does not build: there is nothing to kill."""


def measure_crashes(
    folder: Path, people: int, kills: int, swaps: int, fills: int, disk: Path | None
) -> int:
    """Prints what came of each trial: 0, or 1 if anything was seen that is no whole good build."""
    try:
        company, places, needed = _company(folder, people, disk or folder)
    except DoesNotBuildError as error:
        print(error, file=sys.stderr)
        return 1
    judge = Judge(company, contents_of(company.before), contents_of(company.after))
    tables = len(judge.before)
    changed = sum(judge.before[name] != rows for name, rows in judge.after.items())
    print(f"{people} people; {tables} tables, of which {changed} differ between the two builds")
    print(f"places of a build: {places}; room that it needs: {needed // MEGABYTE} MB")
    trials: list[Trial] = []
    with Reader(company.database, {_sizes(company.before), _sizes(company.after)}) as reader:
        for trial in _trials(judge, places, needed, kills, swaps, fills, disk):
            trials.append(trial)
            # Hours may pass before the end: what is known already is printed.
            print(f"{trial} ({reader.looks:,} looks, {len(reader.faults)} faults)", flush=True)
    differences = _last(company, judge.after)
    return _show(trials, reader, differences)


def _trials(
    judge: Judge,
    places: dict[str, int],
    needed: int,
    kills: int,
    swaps: int,
    fills: int,
    disk: Path | None,
) -> Iterator[Trial]:
    yield from kill_swaps(judge, places["swap"], swaps)
    yield from build_twice(judge)
    yield from kill_builds(judge, places, kills)
    if disk:
        yield from fill_disks(judge, disk, needed, fills)


def _company(folder: Path, people: int, disk: Path) -> tuple[Company, dict[str, int], int]:
    """Two builds, one up to each cutoff; how many places the second has, and the room it needs.

    They stay in the folder: the next command takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    disk.mkdir(parents=True, exist_ok=True)
    database, known = disk / "revenue_funnel.duckdb", folder / "company.json"
    company = Company(folder, database, folder / "before.duckdb", folder / "after.duckdb")
    if known.exists() and (disk / "sources.duckdb").exists():
        company.go_back()
        places, needed = json.loads(known.read_text())
        return company, places, needed
    generate(people, SEED, UNTIL, folder / "demo")
    load(folder / "demo", disk / "sources.duckdb", database)
    _build(company, EARLIER)
    shutil.copyfile(database, company.before)
    with _least_room(disk) as room:
        places = _build(company, LATER)
    shutil.copyfile(database, company.after)
    company.go_back()
    known.write_text(json.dumps([places, room[0] - room[1]]))
    return company, places, room[0] - room[1]


def _build(company: Company, cutoff: str) -> dict[str, int]:
    started = time.monotonic()
    with company.builder(cutoff) as builder:
        code = builder.build("measure")
    if code:
        raise DoesNotBuildError(f"The company does not build up to {cutoff}:\n{company.printed}")
    print(f"a build up to {cutoff[:10]} takes {time.monotonic() - started:.0f} s", flush=True)
    places: dict[str, int] = json.loads(company.printed.splitlines()[-1])
    return places


@contextmanager
def _least_room(disk: Path) -> Iterator[list[int]]:
    """Free room on the disk: at first, and the least while the block runs."""
    room = [shutil.disk_usage(disk).free] * 2
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            room[1] = min(room[1], shutil.disk_usage(disk).free)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield room
    finally:
        stop.set()
        thread.join()


def _sizes(database: Path) -> tuple[tuple[str, int], ...]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return sizes_of(connection)


def _last(company: Company, after: Contents) -> int:
    """Tables that differ after one more build, which nobody kills, from those of a clean one."""
    company.go_back()
    _build(company, LATER)
    found = contents_of(company.database)
    return sum(found.get(name) != rows for name, rows in after.items()) + len(found.keys() ^ after)


def _show(trials: list[Trial], reader: Reader, differences: int) -> int:
    for sentence, number in Counter(str(trial) for trial in trials).items():
        print(f"{number:4} x {sentence}")
    half = sum(not (trial.is_before or trial.is_after) for trial in trials)
    print(f"{len(trials)} trials, {half} half states")
    print(f"{reader.looks:,} looks of a reader, {len(reader.faults)} faults")
    print("\n".join(sorted(set(reader.faults))))
    print(f"{differences} tables of a build after all that differ from a clean one")
    return 1 if half or reader.faults or differences else 0
