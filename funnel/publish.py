"""Publishes the last good build: what readers see, whole, as one file that is replaced at once."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from funnel import stamp
from funnel.alerts.deliver import deliver
from funnel.alerts.read import Alert, read_from
from funnel.alerts.settings import SettingsError, read_settings
from funnel.expectations.agreements import AgreementError
from funnel.places import BUILD_FIRST, ROOT

# Older clients read it too.
STORAGE = "v1.0.0"
# It shows rows as they landed, with what is a person's own in them.
NOT_PUBLISHED = {"quarantine"}


class NotPublishedError(Exception):
    """Why readers still see what they saw, in a sentence or several."""


def publish_build(
    database: Path,
    out: Path | None = None,
    settings: Path = ROOT / "alerts.yml",
    pages: Path = Path("target/validation"),
) -> int:
    """Validates, publishes and sends alerts: 0, or 1 if readers keep what they have, or 2 if the
    settings of the channels are wrong."""
    out = out or database.with_name("published.duckdb")
    try:
        channels = read_settings(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    alerts: list[Alert] = []
    try:
        with _alone(out):
            _publish(database, out, pages, alerts)
        code = 0
    except (NotPublishedError, AgreementError) as error:
        print(f"{error}\n{out} stays as it was.", file=sys.stderr)
        code = 1
    for sentence in deliver(alerts, channels, database):
        print(sentence)
    return code


def _publish(database: Path, out: Path, pages: Path, alerts: list[Alert]) -> None:
    # Great Expectations takes seconds to import: only what publishes pays for it.
    from funnel.expectations.run import validate

    new = out.with_name(out.name + ".new")
    with _reading(database) as connection:
        if not (cutoff := stamp.last_good(database)):
            raise NotPublishedError(f"{database} is not what a good build left: {BUILD_FIRST}.")
        alerts.extend(_alerts(connection))
        verdict = validate(connection, cutoff, pages)
        print("\n".join(verdict.sentences()))
        if verdict.errors:
            raise NotPublishedError(
                "Not published: the data breaks agreements whose severity is error"
                f" (seeds/data_agreements.csv; details in {pages}/index.html)."
            )
        tables = copy_marts(connection, new)
    replace(new, out)
    print(f"{out} holds {tables} tables.")


@contextmanager
def _reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One look at the build: as long as it lasts no other build can write."""
    if not database.exists():
        raise NotPublishedError(f"There is no database {database}: {BUILD_FIRST}.")
    with duckdb.connect() as connection:
        try:
            # Under the name that its views know.
            connection.execute(f"attach {_text(database)} (read_only)")
            connection.execute(f"use {_catalog(database)}")
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise NotPublishedError(f"{database} can't be published: {reason}") from None


def _alerts(connection: duckdb.DuckDBPyConnection) -> list[Alert]:
    try:
        return read_from(connection)
    except duckdb.CatalogException:
        return []


def copy_marts(connection: duckdb.DuckDBPyConnection, new: Path) -> int:
    """The marts, in a file of their own, on the disk to the last byte."""
    for leftover in (new, new.with_name(new.name + ".wal")):
        leftover.unlink(missing_ok=True)
    names = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'marts' order by all"
    ).fetchall()
    tables = [name for (name,) in names if name not in NOT_PUBLISHED]
    connection.execute(f"attach {_text(new)} as new_file (storage_version '{STORAGE}')")
    connection.execute("create schema new_file.marts")
    for name in tables:
        connection.execute(f'create table new_file.marts."{name}" as from marts."{name}"')
    connection.execute("checkpoint new_file")
    connection.execute("detach new_file")
    new.chmod(0o444)
    _sync(new)
    return len(tables)


def replace(new: Path, out: Path) -> None:
    """Readers see the one or the other; the one before is kept beside it."""
    if out.exists():
        before = out.with_name(f"{out.stem}.before{out.suffix}")
        link = before.with_name(before.name + ".new")
        link.unlink(missing_ok=True)
        os.link(out, link)
        os.replace(link, before)
    # A log beside it that somebody's writing left would be read into the new data.
    out.with_name(out.name + ".wal").unlink(missing_ok=True)
    os.replace(new, out)
    _sync(out.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One publication at a time; the system frees the place of the dead."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_name(out.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotPublishedError("Another publication is at work.") from None
        yield


def _catalog(database: Path) -> str:
    return '"' + database.stem.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
