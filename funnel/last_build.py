"""Knows whether a warehouse holds one whole build of which every test passed, and up to when that
build looked. The project's hooks keep a row per dbt command in operations.dbt_runs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

RUNS = """
    select command, is_whole, cutoff_at, started_at, is_complete, step_count, bad_step_count,
        invocation_id
    from operations.dbt_runs
    where command <> 'test' or bad_step_count > 0
    order by started_at desc, is_complete
    limit 1
"""


@dataclass(frozen=True)
class LastBuild:
    """What is known of the last run that changed the tables, or in which a test failed."""

    cutoff: datetime | None = None
    invocation: str = ""
    fault: str = ""

    @property
    def is_good(self) -> bool:
        return not self.fault


def last_build(connection: duckdb.DuckDBPyConnection) -> LastBuild:
    """Of the database that the connection uses."""
    try:
        found = connection.execute(RUNS).fetchone()
    except duckdb.CatalogException:
        found = None
    if not found:
        return LastBuild(fault="no dbt build of this project is recorded in it")
    command, is_whole, cutoff, started, is_complete, steps, bad, invocation = found
    run = f"dbt {command} of {started:%d %B %Y, %H:%M} UTC"
    fault = ""
    if not is_complete:
        fault = f"the {run} was cut short"
    elif bad:
        fault = f"{bad} of {steps} steps of the {run} failed or were skipped"
    elif command != "build":
        fault = f"the {run} changed tables and ran no tests"
    elif not is_whole:
        fault = f"the {run} built only a part of the project"
    return LastBuild(cutoff, invocation, fault)


def last_good_cutoff(database: Path) -> datetime | None:
    """The cutoff of the build that the file holds, if that is a whole and good one."""
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            build = last_build(connection)
    except duckdb.Error:
        return None
    return build.cutoff if build.is_good else None
