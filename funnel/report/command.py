"""Writes the report of the last build."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from funnel.last_build import last_good_cutoff
from funnel.open_warehouse import open_warehouse, settings_of
from funnel.places import BUILD_FIRST, unreadable
from funnel.progress import working
from funnel.report.company import Company
from funnel.report.read import Rows, read_all
from funnel.report.words import LocaleError
from funnel.variables import project_variables

FOLDER = Path(__file__).parent
# What a report is written by.
WRITES = {".py", ".sql", ".html", ".css", ".js"}
MISSING = "The report needs {name}, which is not installed: install what requirements.txt lists."


def show_report(
    database: Path, out: Path | None, variables: Mapping[str, Any], if_changed: bool = False
) -> int:
    """Writes the file and says where it is: 0, or 1 where there is nothing to read."""
    if not database.exists():
        print(f"There is no database {database}: {BUILD_FIRST}.", file=sys.stderr)
        return 1
    if if_changed and _is_newer(out or beside(database), database):
        print(f"The report of this build is in {out or beside(database)}.")
        return 0
    try:
        with working("Drawing the report"):
            written = write_report(database, out, variables)
    except duckdb.IOException as error:
        print(unreadable(database, error), file=sys.stderr)
        return 1
    except LocaleError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(MISSING.format(name=error.name), file=sys.stderr)
        return 1
    if written is None:
        print(f"{database} has no marts yet: {BUILD_FIRST}.", file=sys.stderr)
        return 1
    print(f"The report is in {written}: open it in a browser, no network needed.")
    return 0


def write_report(
    database: Path, out: Path | None = None, variables: Mapping[str, Any] | None = None
) -> Path | None:
    """Where the report was written; nowhere if no mart has been built."""
    company = read_company(database, variables)
    if company is None:
        return None
    # Charts take a second to import: only a report pays for it.
    from funnel.report.page import render

    page = render(company)
    out = out or beside(database)
    new = out.with_name(out.name + ".new")
    out.parent.mkdir(parents=True, exist_ok=True)
    new.write_text(page)
    new.replace(out)
    return out


def read_company(database: Path, variables: Mapping[str, Any] | None = None) -> Company | None:
    """All that the page is made of; none if no mart has been built."""
    with open_warehouse(database) as connection:
        known = {**project_variables(), **settings_of(connection), **(variables or {})}
        rows = read_all(connection, known)
    if not any(row.columns for row in rows.values() if row.tables[0].startswith("marts.")):
        return None
    return Company(rows, _as_of(database, rows), str(known["reporting_currency"]), known)


def beside(database: Path) -> Path:
    return database.with_name("report.html")


def _is_newer(report: Path, database: Path) -> bool:
    """Whether the report was written after the build, and after the code that writes it."""
    if not report.exists():
        return False
    inputs = [database, *(path for path in FOLDER.rglob("*") if path.suffix in WRITES)]
    return report.stat().st_mtime_ns > max(path.stat().st_mtime_ns for path in inputs)


def _as_of(database: Path, rows: Mapping[str, Rows]) -> date | None:
    """The cutoff of the build, else the day after the last one that anything is known of."""
    good = last_good_cutoff(database)
    if good:
        return good.date()
    found = rows["as_of"].records
    day: date | None = found[0]["as_of_date"] if found else None
    return day
