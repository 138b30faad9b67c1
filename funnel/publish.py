"""Publishes the last good build: what readers see, whole, as one DuckDB file and as Parquet.

Each publication has a folder of its own under `publications`, and one link, `current`, says which
of them readers see. `published.duckdb` and `parquet` lead there. So a publication, or a step back,
changes one name at once.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from funnel.alerts.deliver import deliver
from funnel.alerts.read import Alert, read_from
from funnel.alerts.settings import SettingsError, read_settings
from funnel.aside import AsideError, alone, sync
from funnel.erasure.prepare import is_built_before_an_erasure, is_older, last_erased_at
from funnel.expectations.agreements import AgreementError
from funnel.last_build import LastBuild, last_build
from funnel.open_warehouse import open_warehouse, quoted
from funnel.places import BUILD_FIRST, ROOT
from funnel.progress import working

# Older clients read it too.
STORAGE = "v1.0.0"
# It shows rows as they landed, with what is a person's own in them.
NOT_PUBLISHED = {"quarantine"}
FOLDER, CURRENT, FACTS, PARQUET = "publications", "current", "publication.json", "parquet"
KEPT = 5


class NotPublishedError(Exception):
    """Why readers still see what they saw, in a sentence or several."""


def publish_build(
    database: Path,
    out: Path | None = None,
    settings: Path = ROOT / "alerts.yml",
    pages: Path = Path("target/validation"),
    kept: int = KEPT,
) -> int:
    """Validates, publishes and sends alerts: 0, or 1 if readers keep what they have, or 2 if the
    settings of the channels are wrong."""
    out = out or beside(database)
    try:
        channels = read_settings(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    alerts: list[Alert] = []
    try:
        with alone(out):
            _publish(database, out, pages, alerts, kept)
        code = 0
    except (NotPublishedError, AgreementError, AsideError, OSError) as error:
        print(f"{error}\n{out} stays as it was.", file=sys.stderr)
        code = 1
    for sentence in deliver(alerts, channels, database):
        print(sentence)
    return code


def roll_back(out: Path, to: str | None = None) -> int:
    """Readers see an earlier publication again: the one before, or the one of this name."""
    try:
        with alone(out):
            known, current = publications(out), _current(out)
            earlier = [name for name in known if current and name < current]
            chosen = to or (earlier[-1] if earlier else None)
            if chosen is None:
                raise NotPublishedError(
                    f"There is no publication before {current}."
                    if current
                    else "Nothing is published yet: run `make publish`."
                )
            if chosen not in known:
                raise NotPublishedError(
                    f"There is no publication {chosen}; there are {', '.join(known) or 'none'}."
                )
            show(out, out.parent / FOLDER / chosen)
    except (NotPublishedError, AsideError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{out} is the publication {chosen} now: {_sentence(out, chosen)}")
    return 0


def list_publications(out: Path) -> int:
    """Prints the publications that are kept, oldest first."""
    known, current = publications(out), _current(out)
    for name in known:
        print(f"{'*' if name == current else ' '} {name}  {_sentence(out, name)}")
    if not known:
        print(f"Nothing has been published to {out} yet: run `make publish`.")
    return 0


def beside(database: Path) -> Path:
    return database.with_name("published.duckdb")


def publications(out: Path) -> list[str]:
    """Their names, which begin with the time, oldest first."""
    found = (out.parent / FOLDER).glob(f"*/{FACTS}")
    return sorted(path.parent.name for path in found if path.parent.name != CURRENT)


def _publish(database: Path, out: Path, pages: Path, alerts: list[Alert], kept: int) -> None:
    # Great Expectations takes seconds to import: only what publishes pays for it.
    from funnel.expectations.run import validate

    folder = out.parent / FOLDER
    with _reading(database) as connection:
        build = last_build(connection)
        if not build.is_good or not build.cutoff:
            raise NotPublishedError(
                f"{database} does not hold one whole good build: {build.fault};"
                f" {BUILD_FIRST}, or `dbt build`."
            )
        if is_built_before_an_erasure(connection):
            raise NotPublishedError(
                f"Persons were erased since {database} was built, and its tables still hold them:"
                f" {BUILD_FIRST}."
            )
        alerts.extend(_alerts(connection))
        with working("Checking the data against what was agreed"):
            verdict = validate(connection, build.cutoff, pages)
        print("\n".join(verdict.sentences()))
        if verdict.errors:
            raise NotPublishedError(
                "Not published: the data breaks agreements whose severity is error"
                f" (seeds/data_agreements.csv; details in {pages}/index.html)."
            )
        new = folder / ".new"
        with working("Copying the tables for readers"):
            rows = copy_marts(connection, new)
        warnings = len(verdict.faults) - verdict.errors
        checks = {"checked": verdict.expectations, "warnings": warnings}
        _write_facts(new, build, rows, checks, len(alerts))
        erased_at = last_erased_at(connection)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    if (folder / name).exists():
        raise NotPublishedError(f"Somebody published at this very second ({name}): try again.")
    os.replace(new, folder / name)
    show(out, folder / name)
    remove_old(out, kept)
    for older in remove_from_before(out, erased_at):
        print(f"The publication {older} is removed: it is from before persons were erased.")
    print(f"{out} holds {len(rows)} tables. The same as Parquet: {out.parent / PARQUET}.")


@contextmanager
def _reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One look at the build; a build that ends meanwhile takes the file's place, not its rows."""
    if not database.exists():
        raise NotPublishedError(f"There is no database {database}: {BUILD_FIRST}.")
    try:
        with open_warehouse(database) as connection:
            yield connection
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise NotPublishedError(f"{database} can't be published: {reason}") from None


def _alerts(connection: duckdb.DuckDBPyConnection) -> list[Alert]:
    try:
        return read_from(connection)
    except duckdb.CatalogException:
        return []


def copy_marts(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Writes the marts with their descriptions into a folder; how many rows each has."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / PARQUET).mkdir(parents=True)
    names = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'marts' order by all"
    ).fetchall()
    tables = [name for (name,) in names if name not in NOT_PUBLISHED]
    file = folder / "published.duckdb"
    connection.execute(f"attach {quoted(file)} as new_file (storage_version '{STORAGE}')")
    connection.execute("create schema new_file.marts")
    rows = {name: _copy_table(connection, name, folder / PARQUET) for name in tables}
    connection.execute("checkpoint new_file")
    connection.execute("detach new_file")
    file.chmod(0o444)
    for path in (file, *(folder / PARQUET).iterdir(), folder / PARQUET, folder):
        sync(path)
    return rows


def _copy_table(connection: duckdb.DuckDBPyConnection, name: str, parquet: Path) -> int:
    table = f'new_file.marts."{name}"'
    connection.execute(f'create table {table} as from marts."{name}"')
    for statement in _comments(connection, name, table):
        connection.execute(statement)
    connection.execute(f"copy {table} to {quoted(parquet / f'{name}.parquet')} (format parquet)")
    found = connection.execute(f"select count(*) from {table}").fetchall()
    return int(found[0][0])


def _comments(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> Iterator[str]:
    """The descriptions of the table and of its columns, as the build wrote them."""
    here = "database_name = current_database() and schema_name = 'marts' and comment is not null"
    relations = (
        f"select comment from duckdb_tables() where {here} and table_name = $1 union all"
        f" select comment from duckdb_views() where {here} and view_name = $1"
    )
    for (comment,) in connection.execute(relations, [name]).fetchall():
        yield f"comment on table {table} is {_text(comment)}"
    columns = f"select column_name, comment from duckdb_columns() where {here} and table_name = ?"
    for column, comment in connection.execute(columns, [name]).fetchall():
        yield f'comment on column {table}."{column}" is {_text(comment)}'


def _write_facts(
    folder: Path, build: LastBuild, rows: dict[str, int], checks: dict[str, Any], alerts: int
) -> None:
    facts = {
        "published_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "cutoff": build.cutoff.isoformat() if build.cutoff else None,
        "build": build.invocation,
        "project_version": _project_version(),
        "agreements": checks,
        "alerts": alerts,
        "rows": rows,
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n")
    sync(folder / FACTS)


def _project_version() -> str:
    import yaml

    return str(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["version"])


def show(out: Path, publication: Path) -> None:
    """Readers see this publication from one moment to the next."""
    folder = publication.parent
    current, new = folder / CURRENT, folder / ".current"
    new.unlink(missing_ok=True)
    new.symlink_to(publication.name)
    os.replace(new, current)
    for place, target in ((out, "published.duckdb"), (out.parent / PARQUET, PARQUET)):
        wanted = Path(FOLDER) / CURRENT / target
        if not (place.is_symlink() and place.readlink() == wanted):
            link = place.with_name(f".{place.name}.new")
            link.unlink(missing_ok=True)
            link.symlink_to(wanted)
            os.replace(link, place)
    sync(folder)
    sync(out.parent)


def remove_old(out: Path, kept: int) -> None:
    """All but the newest, and never the one that readers see."""
    for name in publications(out)[: -max(kept, 1)]:
        if name != _current(out):
            shutil.rmtree(out.parent / FOLDER / name)


def remove_from_before(out: Path, erased_at: datetime | None) -> list[str]:
    """The publications that hold ids of persons who were erased later; never the current one."""
    older = [
        name
        for name in publications(out)
        if name != _current(out) and is_older(_facts(out, name)["published_at"], erased_at)
    ]
    for name in older:
        shutil.rmtree(out.parent / FOLDER / name)
    return older


def _facts(out: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out.parent / FOLDER / name / FACTS).read_text())
    return found


def _current(out: Path) -> str | None:
    link = out.parent / FOLDER / CURRENT
    return str(link.readlink()) if link.is_symlink() else None


def _sentence(out: Path, name: str) -> str:
    facts = _facts(out, name)
    return (
        f"data up to {facts['cutoff'][:10]}, {len(facts['rows'])} tables with"
        f" {sum(facts['rows'].values()):,} rows, {facts['agreements']['warnings']} warnings"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
