"""Runs dbt in this process, each time on one database."""

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from funnel.faster_dbt import make_dbt_faster
from funnel.places import DATABASE as DATABASE
from funnel.places import ROOT as ROOT
from funnel.places import SOURCES, sources_of

make_dbt_faster()


def run_dbt(
    arguments: Sequence[str],
    database: Path,
    target_path: Path,
    variables: Mapping[str, Any] | None = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
    project: Path = ROOT,
    manifest: Manifest | None = None,
) -> dbtRunnerResult:
    """One dbt command on one database file; its log stands in the target path.

    A manifest is the project as an earlier command parsed it for a database of this name."""
    places = {
        "--project-dir": project,
        "--profiles-dir": project,
        "--target-path": target_path.resolve(),
        "--log-path": target_path.resolve(),
        "--vars": json.dumps(dict(variables or {}), default=str),
    }
    options = [str(part) for option in places.items() for part in option]
    with _database(database), nothing_thrown_away():
        return dbtRunner(manifest, list(callbacks)).invoke([*arguments, *options])


@contextmanager
def _database(path: Path) -> Iterator[None]:
    """Points the profile at the file, and at that of its sources, for as long as a command runs."""
    sources = sources_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {DATABASE: str(path.resolve()), SOURCES: str(sources.resolve()) if sources else ""}
    _let_go()
    try:
        with environment(named):
            yield
    finally:
        _let_go()


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables for a while, then those that were there before."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def nothing_thrown_away() -> Iterator[None]:
    """dbt holds the whole project in memory, and Python would search it for waste again and again.

    That is a tenth of the time of a build, and a third of a check; a command ends before waste
    matters."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _let_go() -> None:
    """Closes the database, which dbt keeps open with its last writes still in the log beside it."""
    reset_adapters()
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()
