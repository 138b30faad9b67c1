"""Runs dbt inside the test's own process, on a database of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

PROJECT = Path(__file__).resolve().parents[2]


def run_dbt(
    arguments: Sequence[str],
    *,
    database: Path,
    project: Path = PROJECT,
    variables: Mapping[str, object] | None = None,
) -> dbtRunnerResult:
    """One dbt command; everything that it writes stays beside the database."""
    places = {
        "--project-dir": project,
        "--profiles-dir": PROJECT,
        "--target-path": database.parent / "target",
        "--log-path": database.parent / "logs",
        "--vars": json.dumps(variables or {}),
    }
    options = [str(part) for place in places.items() for part in place]
    with patch.dict(os.environ, {"REVENUE_FUNNEL_DATABASE": str(database)}):
        result = dbtRunner().invoke([*arguments, *options, "--quiet"])
    DuckDBConnectionManager.close_all_connections()
    return result


def messages(result: dbtRunnerResult) -> str:
    """What went wrong, in one text."""
    if result.exception:
        return str(result.exception)
    return "\n".join(str(node.message) for node in getattr(result.result, "results", []))


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()
