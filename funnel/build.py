"""Builds and tests the models, aside, and puts the build in the warehouse's place if it is good."""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import duckdb
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.run import RunExecutionResult
from rich.console import Console

from funnel import stamp
from funnel.aside import AsideError, alone, copy_aside, place_of_build, put_in_place
from funnel.erasure.kept import kept_path
from funnel.erasure.prepare import prepare_copy
from funnel.erasure.secret import SECRET, ErasureError, secret_path
from funnel.failures import Fault, fault_of_exception, faults_of
from funnel.faults_shown import show_faults
from funnel.increments import increments_of
from funnel.places import ROOT, SOURCES, sources_of
from funnel.preflight import faults_before
from funnel.progress import is_quiet, show_step
from funnel.run_dbt import environment, run_dbt
from funnel.variables import misspelt

GOOD = ("success", "pass", "no-op")


class Progress:
    """Shows on stderr how far dbt is: one moving line in a terminal, else four lines."""

    # What dbt reports in detail and this looks at (funnel.faster_dbt.looks_at).
    details = ("NodeFinished",)

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
            show_step(f"  {self.done} of {total} steps", is_moving=True)
        elif quarter > self.quarter:
            show_step(f"  {self.done} of {total} steps")
        self.quarter = quarter


def build_warehouse(
    database: Path,
    target: Path,
    variables: Mapping[str, Any],
    force: bool = False,
    project: Path = ROOT,
) -> int:
    """Builds unless nothing changed: 0 if all is good, 1 if a step failed, 2 if nothing could be
    built. Unless it is 0, the warehouse stays as it was."""
    if fault := misspelt(variables, project):
        print(fault, file=sys.stderr)
        return 2
    if not force and stamp.is_fresh(database, variables, project):
        print(f"{database} holds the build of exactly this project and data: nothing to do.")
        return 0
    try:
        with alone(database):
            return _build_aside(database, target, variables, project)
    except (AsideError, ErasureError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        return _stop("The build stopped:", [fault_of_exception(error, database)])
    except duckdb.Error as error:
        return _stop("The build did not begin:", [fault_of_exception(error, database)])


def _build_aside(database: Path, target: Path, variables: Mapping[str, Any], project: Path) -> int:
    """Builds in a copy, which becomes the warehouse if all is good."""
    sources, building = sources_of(database), place_of_build(database)
    secret = secret_path(database).resolve()
    with environment({SOURCES: str(sources.resolve()) if sources else "", SECRET: str(secret)}):
        if code := _stop_before(project, database, variables, only_reads=True):
            return code
        show_step(f"Building and testing the models in {building}, a copy ...")
        before = copy_aside(database, building)
        prepare_copy(building, secret, kept_path(database))
        # Unit tests ask about the models, not about this data: `funnel unit-test` runs them.
        arguments = ("build", "--exclude-resource-type", "unit_test")
        code = _run_steps(arguments, building, target, variables, project)
        if code:
            print(_kept(database, building))
            return code
        for sentence in increments_of(building):
            print(sentence)
        put_in_place(building, database, before)
        stamp.write(database, variables, project)
    print(f"{database} now is this build.")
    return 0


def _kept(database: Path, building: Path) -> str:
    last = f"{database} still is the last good build" if database.exists() else "There is no build"
    return f"{last}. The one that failed can be looked at in {building}."


def run_unit_tests(
    database: Path, target: Path, variables: Mapping[str, Any], own_data: bool = False
) -> int:
    """Runs dbt's unit tests on a database that is built: 0, 1 or 2 as a build.

    Those of staging are given rows with the columns that the demo has; own data may lack some."""
    show_step("Running dbt's unit tests ...")
    chosen = ("--select", "test_type:unit", *(("--exclude", "tag:demo") if own_data else ()))
    return run_steps(("test", *chosen), database, target, variables)


def run_steps(
    arguments: Sequence[str],
    database: Path,
    target: Path,
    variables: Mapping[str, Any],
    project: Path = ROOT,
) -> int:
    """Runs dbt and explains each fault: 0 if there is none, 1, or 2 if dbt could not run."""
    if code := _stop_before(project, database, variables, only_reads=False):
        return code
    return _run_steps(arguments, database, target, variables, project)


def _stop_before(
    project: Path, database: Path, variables: Mapping[str, Any], only_reads: bool
) -> int:
    """2 if dbt need not be started, since something is wrong; warnings are printed."""
    found = list(faults_before(project, database, variables, only_reads))
    faults = [fault for fault in found if not fault.is_warning]
    if faults:
        return _stop("dbt was not started:", faults)
    show_faults(_console(sys.stdout), found, None)
    return 0


def _run_steps(
    arguments: Sequence[str],
    database: Path,
    target: Path,
    variables: Mapping[str, Any],
    project: Path,
) -> int:
    started = time.monotonic()
    outcome = run_dbt(
        # What dbt has to say stands in its log; people read the faults below.
        [*arguments, "--log-level", "none", "--log-level-file", _detail(), "--no-use-colors"],
        database,
        target,
        variables,
        [Progress()],
        project,
    )
    _end_line()
    if not isinstance(outcome.result, RunExecutionResult):
        fault = fault_of_exception(outcome.exception or "", database, project)
        return _stop("dbt stopped:", [fault], target / "dbt.log")
    found = Counter(str(each.status) for each in _steps(outcome.result))
    print(_verdict(found, time.monotonic() - started))
    faults = faults_of(outcome.result.results, database, project)
    show_faults(_console(sys.stdout), faults, target / "dbt.log")
    return 0 if outcome.success else 1


def _detail() -> str:
    """How much dbt writes into its log. All that it can say costs about a tenth of a build."""
    return os.environ.get("DBT_LOG_LEVEL_FILE", "info")


def _stop(what: str, faults: Sequence[Fault], log: Path | None = None) -> int:
    print(what, file=sys.stderr)
    show_faults(_console(sys.stderr), faults, log)
    return 2


def _steps(result: RunExecutionResult) -> list[Any]:
    """What runs before the first step is none."""
    return [each for each in result.results if each.node.resource_type != NodeType.Operation]


def _console(file: TextIO) -> Console:
    return Console(file=file) if file.isatty() else Console(file=file, width=100)


def _verdict(found: Counter[str], seconds: float) -> str:
    good = sum(found[status] for status in GOOD)
    others = [
        f"{number} {status}" for status, number in sorted(found.items()) if status not in GOOD
    ]
    return f"{found.total()} steps in {seconds:.0f} s: {', '.join([f'{good} good', *others])}."


def _end_line() -> None:
    if sys.stderr.isatty() and not is_quiet():
        print(file=sys.stderr)
