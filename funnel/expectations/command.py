"""Checks whether the data of a build meets what was agreed; exits with 1 if there is an error."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from funnel import stamp
from funnel.expectations.agreements import AgreementError
from funnel.last_build import last_good_cutoff
from funnel.open_warehouse import open_warehouse
from funnel.places import BUILD_FIRST
from funnel.progress import working


def validate_build(database: Path, variables: Mapping[str, Any], out: Path) -> int:
    """Prints the result and writes the pages: 0, or 1 for an error, or 2 if it can't be read."""
    if not database.exists():
        print(f"There is no database {database}: {BUILD_FIRST}.", file=sys.stderr)
        return 2
    from funnel.expectations.run import validate

    try:
        with (
            working("Checking the data against what was agreed"),
            open_warehouse(database) as connection,
        ):
            verdict = validate(connection, _cutoff(database, variables), out)
    except AgreementError as error:
        print(error, file=sys.stderr)
        return 1
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        print(f"{database} can't be validated: {message}", file=sys.stderr)
        return 2
    print("\n".join(verdict.sentences()))
    return 1 if verdict.errors else 0


def _cutoff(database: Path, variables: Mapping[str, Any]) -> datetime:
    """The cutoff of --vars, else that of the last good build, else that of the project."""
    known = None if variables else last_good_cutoff(database)
    setting = stamp.cutoff(variables)
    now = datetime.now(UTC).replace(tzinfo=None)
    return known or (now if setting == "now" else datetime.fromisoformat(setting))
