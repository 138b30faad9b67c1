"""Builds that kill themselves at a place: while they copy, at a model, at a table of the history,
at a test, or in the swap.

    python -m funnel.benchmarks.crashes.killed_build <database> <target> <vars>

Reads a place and a number per line, forks a process that builds until then, and prints how that
ended. The project is read once, for all of them, and what no reader of tables sees is left out: the
log, and the descriptions in the database. The place `none` kills nothing, `measure` neither, and
prints how many places of each kind there are. `swap_only` copies the warehouse, puts <target> where
the build would be, and is killed in the swap."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from funnel import aside

MICROSECOND = 1e-6
SEEN: Counter[str] = Counter()
"""How many places of each kind there have been; of copy, microseconds."""


def main(database: Path, target: Path, variables: str) -> None:
    """One build after another, each in a process of its own."""
    builder: Builder | None = None
    for line in sys.stdin:
        place, at = line.split()
        if place != "swap_only" and builder is None:
            builder = Builder(database, target, json.loads(variables))
        child = os.fork()
        if not child:
            os.dup2(os.open(target.parent / "build.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(1, 2)
            os._exit(builder.build(place, int(at)) if builder else _swap(int(at), database, target))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


class Builder:
    """Builds with a project that is read once."""

    def __init__(self, database: Path, target: Path, variables: dict[str, Any]) -> None:
        self.database, self.target, self.variables = database, target, variables
        self.module = _builds()
        run_dbt = self.module.run_dbt
        parsed = run_dbt(["parse", "--quiet"], database, target, variables).result
        for node in parsed.nodes.values():
            if hasattr(node.config, "persist_docs"):
                node.config.persist_docs = {}

        def run(arguments: list[str], *others: Any) -> Any:
            quiet = ["none" if argument == "debug" else argument for argument in arguments]
            return run_dbt([*quiet, "--no-write-json"], *others, manifest=parsed)

        self.module.run_dbt = run

    def build(self, place: str, at: int) -> int:
        class DyingProgress(self.module.Progress):  # type: ignore[misc,name-defined]
            """Counts what dbt starts, and kills the build when the place is reached."""

            def __call__(self, event: Any) -> None:
                if event.info.name == "NodeStart":
                    _reach(_kind(event.data.node_info), place, at)
                super().__call__(event)

        self.module.Progress = DyingProgress
        self.module.copy_aside = _dying_copy(at if place == "copy" else None)
        self.module.put_in_place = _dying_swap(at if place == "swap" else None)
        code: int = self.module.build_warehouse(
            self.database, self.target, self.variables, force=True
        )
        if place == "measure":
            print(json.dumps(SEEN))
        sys.stdout.flush()
        sys.stderr.flush()
        return code


def _builds() -> Any:
    """The module that builds. It imports dbt, which swaps alone do not need."""
    from funnel import build

    return build


def _kind(node: Any) -> str:
    if node.resource_type == "model":
        return "append" if node.materialized == "incremental" else "models"
    return "tests" if node.resource_type == "test" else "seeds"


def _reach(kind: str, place: str, at: int) -> None:
    SEEN[kind] += 1
    if kind == place and SEEN[kind] == at:
        # The step has begun when it dies.
        threading.Timer(0.02, _die).start()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying_copy(at: int | None) -> Callable[[Path, Path], aside.Written]:
    def copy(database: Path, building: Path) -> aside.Written:
        if at is not None:
            threading.Timer(at * MICROSECOND, _die).start()
        started = time.monotonic()
        before = aside.copy_aside(database, building)
        SEEN["copy"] = round((time.monotonic() - started) / MICROSECOND)
        return before

    return copy


def _dying_swap(at: int | None) -> Callable[[Path, Path, aside.Written], None]:
    """Dies before a call, be it of Python or of C, that the swap makes."""

    def swap(building: Path, database: Path, before: aside.Written) -> None:
        def count(frame: Any, event: str, argument: Any) -> None:
            SEEN["swap"] += event in ("call", "c_call")
            if at is not None and SEEN["swap"] >= at:
                _die()

        sys.setprofile(count)
        try:
            aside.put_in_place(building, database, before)
        finally:
            sys.setprofile(None)

    return swap


def _swap(at: int, database: Path, build: Path) -> int:
    building = aside.place_of_build(database)
    with aside.alone(database):
        before = aside.copy_aside(database, building)
        shutil.copyfile(build, building)
        _dying_swap(at)(building, database, before)
    return 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
