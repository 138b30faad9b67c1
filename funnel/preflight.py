"""What would stop a build, found before it starts: a var that does not exist, a system that is not
there, a seed file with a cell too many, a database that cannot be opened."""

import csv
import difflib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytz  # type: ignore[import-untyped]
import yaml

from funnel.advice import Advice
from funnel.failures import Fault, fault_of_exception
from funnel.places import DATABASE, SOURCES, sources_of
from funnel.target_faults import target_faults

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# A reader may be about to close the file.
SECONDS_FOR_OTHERS = 10


def faults_before(
    project: Path, database: Path, variables: Mapping[str, Any], only_reads: bool = False
) -> Iterator[Fault]:
    """What is wrong. A dbt_project.yml that cannot be read is left to dbt, which shows the line.

    A build that works on a copy only reads the warehouse: its readers must not be locked out."""
    try:
        settings = yaml.safe_load((project / "dbt_project.yml").read_text())
        declared = dict(settings["vars"]["revenue_funnel"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return
    for name in variables:
        if name not in declared:
            yield _fault(
                f"There is no var {name}.",
                f"Correct the name{_like(name, declared)}. dbt_project.yml lists all vars.",
            )
    declared |= variables
    yield from _faults_of_calendar(declared)
    yield from _faults_of_systems(project, declared["systems"])
    yield from _faults_of_seeds(project)
    for sentence, remedy in target_faults(project):
        yield _fault(sentence, remedy)
    sources = sources_of(database)
    if sources:
        yield from _faults_of_sources(sources)
    # Where the sources are elsewhere, the first build makes the warehouse.
    if database.exists() or not (sources or declared["source_databases"]):
        yield from _faults_of_database(database, only_reads)


def _faults_of_calendar(variables: Mapping[str, Any]) -> Iterator[Fault]:
    """The three vars that say what the business's days, weeks and quarters are."""
    zone, weekday = (str(variables.get(name)) for name in ("time_zone", "week_start"))
    month = str(variables.get("fiscal_year_start_month"))
    if zone not in pytz.all_timezones_set:
        yield _fault(
            f"The var time_zone is {zone}, and there is no such time zone.",
            f"Write a name of the IANA list{_like(zone, pytz.all_timezones)}, such as UTC,"
            " Europe/Berlin or America/Phoenix.",
        )
    if weekday not in WEEKDAYS:
        yield _fault(
            f"The var week_start is {weekday}, which is no weekday.",
            f"Write a weekday in lower case{_like(weekday, WEEKDAYS)}: {', '.join(WEEKDAYS)}.",
        )
    if month not in {str(number) for number in range(1, 13)}:
        yield _fault(
            f"The var fiscal_year_start_month is {month}, which is no month.",
            "Write the month in which the fiscal year starts as a number from 1 (January) to 12.",
        )


def _faults_of_systems(project: Path, systems: Any) -> Iterator[Fault]:
    """Each system and entity of the var systems has a staging model, and is listed once."""
    staged = {path.stem for path in (project / "models").rglob("stg_*__*.sql")}
    known = {name.removeprefix("stg_").split("__")[0] for name in staged}
    for system, entities in dict(systems or {}).items():
        if system not in known:
            yield _fault(
                f"The var systems lists {system}, and no folder of models/staging reads it.",
                f"Correct the name in dbt_project.yml{_like(system, known)}, or write its staging"
                f" models (stg_{system}__<entity>).",
            )
            continue
        of_system = {name.split("__")[1] for name in staged if name.startswith(f"stg_{system}__")}
        for entity, number in Counter(entities or ()).items():
            if entity not in of_system:
                yield _fault(
                    f"The var systems lists {entity} of {system}, and there is no model"
                    f" stg_{system}__{entity}.",
                    f"Correct the name in dbt_project.yml{_like(entity, of_system)}, take it out,"
                    f" or write the model in models/staging/{system}.",
                )
            elif number > 1:
                yield _fault(
                    f"The var systems lists {entity} of {system} {number} times.",
                    "Delete all but one in dbt_project.yml.",
                )


def _faults_of_seeds(project: Path) -> Iterator[Fault]:
    expected = dict(_columns_of_seeds(project))
    for path in sorted((project / "seeds").glob("*.csv")):
        yield from _faults_of_seed(path, expected.get(path.stem, set()))


def _columns_of_seeds(project: Path) -> Iterator[tuple[str, set[str]]]:
    """The columns that the yml files name; a file that is no YAML is left to dbt."""
    for path in sorted((project / "seeds").glob("*.yml")):
        try:
            seeds = yaml.safe_load(path.read_text())["seeds"]
        except (yaml.YAMLError, KeyError, TypeError):
            continue
        for seed in seeds:
            types = (seed.get("config") or {}).get("column_types") or {}
            yield seed["name"], {*types, *(column["name"] for column in seed.get("columns") or ())}


def _faults_of_seed(path: Path, expected: set[str]) -> Iterator[Fault]:
    """A header with the columns that the project reads, and rows of as many cells."""
    file = f"seeds/{path.name}"
    quote = 'A cell with a comma in it stands in "quotes".'
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = csv.reader(text, strict=True)
        try:
            header = next(rows, [])
            if missing := sorted(expected - set(header)):
                yield _fault(
                    f"{file}, line 1: the header has no column {', '.join(missing)}.",
                    f"Correct the header{_like(missing[0], header)}. A column that you do not use"
                    " stays, with empty cells.",
                )
            for row in rows:
                if row and len(row) != len(header):
                    yield _fault(
                        f"{file}, line {rows.line_num}: {len(row)} cells, but the header has"
                        f" {len(header)}: {','.join(row)}",
                        "Take out the comma that is too many, or add the one that is missing. "
                        + quote,
                    )
        except (csv.Error, UnicodeDecodeError) as error:
            yield _fault(
                f"{file} is not readable as CSV from line {rows.line_num} on: {error}.",
                f"Save it as UTF-8 with commas; each quote that opens must close. {quote}",
            )


def _faults_of_database(database: Path, only_reads: bool) -> Iterator[Fault]:
    """Why the database cannot be written to, or read."""
    if not database.exists():
        yield _fault(
            f"There is no database {database}.",
            f"Correct {DATABASE} (or --database): it names the DuckDB file that your source tables"
            " are in. `make demo` makes one with a demo company.",
        )
    elif error := _error_when_opened(database, only_reads):
        yield fault_of_exception(error, database)


def _faults_of_sources(sources: Path) -> Iterator[Fault]:
    """Why the source systems' tables cannot be read."""
    if not sources.exists():
        yield _fault(
            f"There is no file {sources} with the source systems' tables.",
            f"Correct {SOURCES}: it names the DuckDB file that they are in, one schema per system;"
            " set it to nothing if they are in the warehouse's own file. `make demo` makes one"
            " with a demo company.",
        )
    elif error := _error_when_opened(sources, is_read_only=True):
        yield fault_of_exception(error, sources)


def _error_when_opened(database: Path, is_read_only: bool = False) -> duckdb.Error | None:
    error = None
    for _ in range(SECONDS_FOR_OTHERS):
        try:
            duckdb.connect(str(database), read_only=is_read_only).close()
            return None
        except duckdb.Error as found:
            error = found
        if "Could not set lock" not in str(error):
            return error
        time.sleep(1)
    return error


def _fault(sentence: str, remedy: str) -> Fault:
    return Fault(sentence, sentence, advice=Advice(remedy=remedy))


def _like(name: str, names: Any) -> str:
    close = difflib.get_close_matches(name, list(names), 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""
