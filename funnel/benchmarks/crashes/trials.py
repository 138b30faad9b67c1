"""The trials: kills of builds, kills of the swap, full disks, and two builds at once."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from funnel.aside import place_of_build
from funnel.benchmarks.crashes.reader import Contents, contents_of
from funnel.places import ROOT, SOURCES

PLACES = ("copy", "models", "append", "tests", "swap")
EARLIER, LATER = "2026-06-24 00:00:00", "2026-07-01 00:00:00"
MEGABYTE = 2**20


@dataclass(frozen=True)
class Company:
    """A warehouse with a good build, and copies of two: of the one before it, and of the next."""

    folder: Path
    database: Path
    before: Path
    after: Path

    @property
    def building(self) -> Path:
        return place_of_build(self.database)

    def go_back(self) -> None:
        """The warehouse is the first build again, from one moment to the next."""
        shutil.rmtree(self.building.parent, ignore_errors=True)
        new = self.database.with_name("earlier.duckdb")
        shutil.copyfile(self.before, new)
        os.replace(new, self.database)

    def builder(self, cutoff: str = LATER) -> "Builder":
        variables = json.dumps({"cutoff": cutoff})
        return Builder([str(self.database), str(self.folder / "target"), variables])

    def swapper(self) -> "Builder":
        return Builder([str(self.database), str(self.after), "{}"])

    @property
    def printed(self) -> str:
        """What the last build printed."""
        return (self.folder / "build.log").read_text()


class Builder:
    """A process that builds the warehouse, one build after another."""

    def __init__(self, arguments: Sequence[str]) -> None:
        environment = {name: value for name, value in os.environ.items() if name != SOURCES}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "funnel.benchmarks.crashes.killed_build", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def build(self, place: str = "none", at: int = 0) -> int:
        """How a build ended: its exit code, or below 0 the signal that killed it."""
        self.start(place, at)
        return self.code()

    def start(self, place: str = "none", at: int = 0) -> None:
        assert self.process.stdin
        print(place, at, file=self.process.stdin, flush=True)

    def code(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def __enter__(self) -> "Builder":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


@dataclass(frozen=True)
class Trial:
    """What became of the warehouse: that of the build before, of the one after, or of none."""

    what: str
    is_before: bool
    is_after: bool
    note: str = ""

    def __str__(self) -> str:
        after = "the new build" if self.is_after else "NEITHER BUILD"
        return f"{self.what}: {'as before' if self.is_before else after} ({self.note})"


@dataclass(frozen=True)
class Judge:
    """Knows the tables of both builds."""

    company: Company
    before: Contents
    after: Contents

    def trial(self, what: str, note: str = "") -> Trial:
        found = contents_of(self.company.database)
        trial = Trial(what, found == self.before, found == self.after, note)
        if not trial.is_before:
            self.company.go_back()
        return trial


def kill_builds(judge: Judge, places: dict[str, int], kills: int) -> Iterator[Trial]:
    """As many kills in each kind of place, spread over it."""
    each = kills // len(PLACES)
    # The shortest first: a build that dies in its swap takes as long as one that lives.
    order = [(place, number) for number in range(each) for place in PLACES]
    order.sort(key=lambda kill: (kill[0] != "copy") + (kill[0] == "swap"))
    with judge.company.builder() as builder:
        for place, number in order:
            at = 1 + round((number + 0.5) * (places[place] - 1) / each)
            code = builder.build(place, at)
            yield judge.trial(f"killed: {place}", _left(judge.company, code))


def _left(company: Company, code: int) -> str:
    if code >= 0:
        return "ended before it could be killed"
    if not company.building.exists():
        return "no copy was left"
    is_whole = company.building.stat().st_size >= company.before.stat().st_size
    return "a copy was left" if is_whole else "a part of a copy was left"


def kill_swaps(judge: Judge, calls: int, kills: int) -> Iterator[Trial]:
    """Each call of the swap in turn, from the first to the last and again."""
    with judge.company.swapper() as builder:
        for number in range(kills):
            code = builder.build("swap_only", 1 + number % calls)
            yield judge.trial("killed: the swap alone", _left(judge.company, code))


def fill_disks(judge: Judge, disk: Path, needed: int, fills: int) -> Iterator[Trial]:
    """Leaves less room on the disk than a build needs, from next to none to nearly enough."""
    ballast = disk / "ballast"
    with judge.company.builder() as builder:
        for number in range(fills):
            room = round(needed * (number + 0.5) / fills)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room)
            code = builder.build()
            ballast.unlink()
            is_said = "is full." in judge.company.printed
            note = f"exit code {code}, {'which the sentence says' if is_said else 'no sentence'}"
            yield judge.trial("full disk", note)


def build_twice(judge: Judge) -> Iterator[Trial]:
    """A second build starts while the first one builds."""
    judge.company.go_back()
    with judge.company.builder() as first, judge.company.builder() as second:
        first.start()
        while not judge.company.building.exists():
            time.sleep(0.1)
        refused = second.build()
        code = first.code()
    note = f"the first ended with exit code {code}, the second was refused with {refused}"
    yield judge.trial("two builds at once", note)
