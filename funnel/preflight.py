"""What would stop a build, found before it starts: a var that does not exist, a system that is not
there, a cell of a seed that is not allowed, a database that cannot be opened."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytz  # type: ignore[import-untyped]
import yaml

from funnel.advice import Advice
from funnel.failures import Fault, fault_of_exception
from funnel.places import DATABASE, PACKAGE, ROOT, SOURCES, sources_of
from funnel.seeds.demo import demo_seeds_in_force, has_own_data
from funnel.seeds.faults import seed_faults
from funnel.seeds.read import like
from funnel.variables import project_variables

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# A reader may be about to close the file.
SECONDS_FOR_OTHERS = 10
# As many are listed: a file with a wrong column has thousands.
MOST_SEED_FAULTS = 50


def faults_before(
    project: Path, database: Path, variables: Mapping[str, Any], only_reads: bool = False
) -> Iterator[Fault]:
    """What is wrong. A dbt_project.yml that cannot be read is left to dbt, which shows the line.

    A build that works on a copy only reads the warehouse: its readers must not be locked out. A
    project of its own name installs this one as a package, whose vars and seeds stand behind its.
    """
    try:
        settings = yaml.safe_load((project / "dbt_project.yml").read_text())
        own = dict((settings.get("vars") or {}).get(PACKAGE) or {})
        package = None if settings["name"] == PACKAGE else ROOT
        declared = own if package is None else project_variables()
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return
    for name in [*own, *variables]:
        if name not in declared:
            yield _fault(
                f"There is no var {name}.",
                f"Correct the name{like(name, declared)}. dbt_project.yml lists all vars.",
            )
    declared = {**declared, **own, **variables}
    yield from _faults_of_calendar(declared)
    connectors = dict(declared["system_connectors"] or {})
    yield from _faults_of_systems(project, package, declared["systems"], connectors)
    for name in ("system_partners", "system_currencies"):
        named = dict(declared[name] or {})
        if name == "system_partners":
            named |= {partner: None for own in named.values() for partner in own.values()}
        for system in sorted(set(named) - set(declared["systems"] or {})):
            yield _fault(
                f"The var {name} names {system}, which the var systems does not list.",
                f"Correct the name in dbt_project.yml{like(system, declared['systems'] or ())}.",
            )
    yield from _faults_of_seeds(project, package)
    sources = sources_of(database)
    if sources:
        yield from _faults_of_sources(sources)
    # Where the sources are elsewhere, the first build makes the warehouse.
    if database.exists() or not (sources or declared["source_databases"]):
        yield from _faults_of_database(database, only_reads)
    yield from _warnings_of_seeds(settings, project, database, declared)


def _faults_of_calendar(variables: Mapping[str, Any]) -> Iterator[Fault]:
    """The three vars that say what the business's days, weeks and quarters are."""
    zone, weekday = (str(variables.get(name)) for name in ("time_zone", "week_start"))
    month = str(variables.get("fiscal_year_start_month"))
    if zone not in pytz.all_timezones_set:
        yield _fault(
            f"The var time_zone is {zone}, and there is no such time zone.",
            f"Write a name of the IANA list{like(zone, pytz.all_timezones)}, such as UTC,"
            " Europe/Berlin or America/Phoenix.",
        )
    if weekday not in WEEKDAYS:
        yield _fault(
            f"The var week_start is {weekday}, which is no weekday.",
            f"Write a weekday in lower case{like(weekday, WEEKDAYS)}: {', '.join(WEEKDAYS)}.",
        )
    if month not in {str(number) for number in range(1, 13)}:
        yield _fault(
            f"The var fiscal_year_start_month is {month}, which is no month.",
            "Write the month in which the fiscal year starts as a number from 1 (January) to 12.",
        )


def _faults_of_systems(
    project: Path, package: Path | None, systems: Any, connectors: Mapping[str, Any]
) -> Iterator[Fault]:
    """Each system and entity of the var systems has a staging model, and is listed once. Several
    systems may be instances of one connector, whose staging models read them all."""
    folders = [folder / "models" for folder in (project, package) if folder]
    staged = {path.stem for folder in folders for path in folder.rglob("stg_*__*.sql")}
    known = {name.removeprefix("stg_").split("__")[0] for name in staged}
    for system in set(connectors) - set(systems or {}):
        yield _fault(
            f"The var system_connectors names {system}, which the var systems does not list.",
            f"Correct the name in dbt_project.yml{like(system, systems or ())}, or list what the"
            " system provides in the var systems.",
        )
    for own_name, entities in dict(systems or {}).items():
        system = str(connectors.get(own_name, own_name))
        if system not in known:
            yield _fault(
                f"The var systems lists {own_name}, and no folder of models/staging reads"
                f" {'it' if system == own_name else system}.",
                f"Correct the name in dbt_project.yml{like(system, known)}, write its staging"
                f" models (stg_{system}__<entity>), or say in the var system_connectors which"
                " connector it is a further instance of.",
            )
            continue
        of_system = {name.split("__")[1] for name in staged if name.startswith(f"stg_{system}__")}
        for entity, number in Counter(entities or ()).items():
            if entity not in of_system:
                yield _fault(
                    f"The var systems lists {entity} of {own_name}, and there is no model"
                    f" stg_{system}__{entity}.",
                    f"Correct the name in dbt_project.yml{like(entity, of_system)}, take it out,"
                    f" or write the model in models/staging/{system}.",
                )
            elif number > 1:
                yield _fault(
                    f"The var systems lists {entity} of {own_name} {number} times.",
                    "Delete all but one in dbt_project.yml.",
                )


def _faults_of_seeds(project: Path, package: Path | None) -> Iterator[Fault]:
    faults = list(seed_faults(project, package))
    for sentence, remedy in faults[:MOST_SEED_FAULTS]:
        yield _fault(sentence, remedy)
    more = len(faults) - MOST_SEED_FAULTS
    if more > 0:
        yield _fault(f"{more:,} more cells of seeds have a fault.", "Correct the first ones.")


def _warnings_of_seeds(
    settings: Mapping[str, Any], project: Path, database: Path, variables: Mapping[str, Any]
) -> Iterator[Fault]:
    """The demo's targets and rules must not judge another company in silence."""
    schemas = {**{name: name for name in variables["systems"]}, **variables["source_schemas"]}
    if not has_own_data(sources_of(database) or database, schemas.values()):
        return
    configured = ((settings.get("seeds") or {}).get(PACKAGE) or {}).items()
    off = [name for name, of in configured if isinstance(of, dict) and not of.get("+enabled", True)]
    if names := list(demo_seeds_in_force(project, ROOT, off)):
        yield replace(
            _fault(
                f"Your data is built with seeds of the demo company: {', '.join(names)}.",
                "Write your own rows into these files of seeds/; docs/connect.md says which of them"
                " may be empty.",
            ),
            is_warning=True,
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
