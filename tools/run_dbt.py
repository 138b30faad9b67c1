"""Runs dbt in this process, each time on one database."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner, dbtRunnerResult

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "REVENUE_FUNNEL_DATABASE"


def run_dbt(
    arguments: Sequence[str],
    database: Path,
    target_path: Path,
    variables: Mapping[str, Any] | None = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> dbtRunnerResult:
    """One dbt command on one database file; its log stands in the target path."""
    places = {
        "--project-dir": ROOT,
        "--profiles-dir": ROOT,
        "--target-path": target_path.resolve(),
        "--log-path": target_path.resolve(),
        "--vars": json.dumps(dict(variables or {})),
    }
    options = [str(part) for option in places.items() for part in option]
    with _database(database):
        return dbtRunner(callbacks=list(callbacks)).invoke([*arguments, *options])


@contextmanager
def _database(path: Path) -> Iterator[None]:
    """Points the profile at the file, and lets go of it afterwards, as dbt alone would not."""
    before = os.environ.get(DATABASE)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.environ[DATABASE] = str(path.resolve())
    reset_adapters()
    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        os.environ.pop(DATABASE)
        if before is not None:
            os.environ[DATABASE] = before
