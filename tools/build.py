"""Builds and tests the models in a database that already holds the source systems' tables."""

import argparse
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.run import RunExecutionResult

from tools import stamp
from tools.run_dbt import run_dbt

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


def main() -> int:
    options = _options()
    if not options.force and stamp.is_fresh(options.database, options.vars):
        print(
            f"{options.database} holds the build of exactly this project and data: nothing to do."
        )
        return 0
    return _build(options)


def _build(options: argparse.Namespace) -> int:
    started = time.monotonic()
    print(f"Building and testing the models in {options.database} ...", flush=True)
    stamp.forget(options.database)
    outcome = run_dbt(
        # Failures and warnings are printed in full; successes are counted below.
        ["build", "--log-level", "warn", "--log-level-file", "debug", _colours()],
        options.database,
        options.target,
        options.vars,
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
        print(f"The whole log is {options.target / 'dbt.log'}.", file=sys.stderr)
        return 1
    stamp.write(options.database, options.vars)
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("--database", type=Path, required=True, help="the DuckDB file")
    parser.add_argument("--target", type=Path, default=Path("target"), help="dbt's own files")
    parser.add_argument(
        "--vars",
        type=yaml.safe_load,
        default={},
        help="vars of the project: '{cutoff: 2026-07-01}'",
    )
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
