"""Builds and tests the models in a database that already holds the source systems' tables."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.run import RunExecutionResult

from funnel import stamp
from funnel.run_dbt import run_dbt

GOOD = ("success", "pass", "no-op")


class Progress:
    """Shows on stderr how far dbt is: one moving line in a terminal, else four lines."""

    def __init__(self) -> None:
        self.done = 0
        self.quarter = 0
        self._one_by_one = threading.Lock()

    def __call__(self, event: Any) -> None:
        with self._one_by_one:
            if event.info.name == "NodeFinished":
                self.done += 1
            elif event.info.name == "LogStartLine":
                self._show(event.data.total)

    def _show(self, total: int) -> None:
        quarter = 4 * self.done // max(total, 1)
        if sys.stderr.isatty():
            print(f"\r  {self.done} of {total} steps ", end="", file=sys.stderr, flush=True)
        elif quarter > self.quarter:
            print(f"  {self.done} of {total} steps", file=sys.stderr, flush=True)
        self.quarter = quarter


def build_warehouse(
    database: Path, target: Path, variables: Mapping[str, Any], force: bool = False
) -> int:
    """Builds unless nothing changed: 0 if all is good, 1 if a step failed, 2 if dbt can't run."""
    if not force and stamp.is_fresh(database, variables):
        print(f"{database} holds the build of exactly this project and data: nothing to do.")
        return 0
    return _build(database, target, variables)


def _build(database: Path, target: Path, variables: Mapping[str, Any]) -> int:
    started = time.monotonic()
    print(f"Building and testing the models in {database} ...", flush=True)
    stamp.forget(database)
    outcome = run_dbt(
        # Failures and warnings are printed in full; successes are counted below.
        # Unit tests ask about the models, not about this data: `make test` runs them.
        [
            *("build", "--exclude-resource-type", "unit_test"),
            *("--log-level", "warn", "--log-level-file", "debug", _colours()),
        ],
        database,
        target,
        variables,
        [Progress()],
    )
    _end_line()
    if not isinstance(outcome.result, RunExecutionResult):
        print(f"The build did not run: {outcome.exception}", file=sys.stderr)
        return 2
    # What runs before the first step is none.
    steps = [
        each for each in outcome.result.results if each.node.resource_type != NodeType.Operation
    ]
    found = Counter(str(each.status) for each in steps)
    print(_verdict(found, time.monotonic() - started))
    if not outcome.success:
        print(f"The whole log is {target / 'dbt.log'}.", file=sys.stderr)
        return 1
    stamp.write(database, variables)
    return 0


def _verdict(found: Counter[str], seconds: float) -> str:
    good = sum(found[status] for status in GOOD)
    others = [
        f"{number} {status}" for status, number in sorted(found.items()) if status not in GOOD
    ]
    return f"{found.total()} steps in {seconds:.0f} s: {', '.join([f'{good} good', *others])}."


def _colours() -> str:
    return "--use-colors" if sys.stdout.isatty() else "--no-use-colors"


def _end_line() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
