"""A build works on a copy of the warehouse; the copy takes its place when every test has passed.

So readers see the last good build, whole, while the next one runs, and after one that failed or was
killed. The copy has the warehouse's name, in the folder `building` beside it, because the views of
a DuckDB file know the file by its name.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

# Somebody who writes to the file may be about to close it.
SECONDS_FOR_OTHERS = 10


class AsideError(Exception):
    """Why the warehouse stays as it was, in a sentence or two."""


@dataclass(frozen=True)
class Written:
    """When a file was last written; nothing where there is none."""

    size: int = 0
    moment: int = 0

    @classmethod
    def of(cls, path: Path) -> "Written":
        if not path.exists():
            return cls()
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """One build of a warehouse at a time; the system frees the place of the dead."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AsideError(
                f"Another command is writing {database}: {lock.read().strip()}. Wait until it has"
                " ended, or end it. This one has changed nothing."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC")
        lock.flush()
        yield


def place_of_build(database: Path) -> Path:
    return database.parent / "building" / database.name


def copy_aside(database: Path, building: Path) -> Written:
    """Makes the copy that a build works on, and says how the warehouse stood then."""
    shutil.rmtree(building.parent, ignore_errors=True)
    building.parent.mkdir(parents=True)
    if not database.exists():
        return Written()
    _write_log_into(database)
    with _unwritten(database):
        before = Written.of(database)
        shutil.copyfile(database, building)
    return before


def copy_what_no_build_makes(building: Path) -> None:
    """Writes the copy anew without what the build makes, so that no byte stays of rows that were
    removed: DuckDB leaves them in the file until their place is needed."""
    old = building.with_name("old.duckdb")
    os.replace(building, old)
    with duckdb.connect(str(old)) as connection:
        made = connection.execute(
            "select distinct schema_name from operations.relations"
            " where layer in ('staging', 'intermediate', 'marts', 'seeds')"
            " and schema_name in (select schema_name from duckdb_schemas()"
            " where database_name = current_database())"
        ).fetchall()
        for (schema,) in made:
            connection.execute(f'drop schema "{schema}" cascade')
        path = str(building).replace("'", "''")
        connection.execute(f"attach '{path}' as new_file")
        connection.execute("copy from database old to new_file")
        connection.execute("detach new_file")
    old.unlink()


def put_in_place(building: Path, database: Path, before: Written) -> None:
    """The copy becomes the warehouse in one step."""
    _write_log_into(building)
    if Written.of(database) != before or _log_of(database).exists():
        raise AsideError(
            f"Somebody wrote to {database} while the build ran on a copy of it. The copy, good but"
            f" without what was written, is {building}. Build again; to load source tables while a"
            " build runs, keep them in a file of their own (REVENUE_FUNNEL_SOURCES)."
        )
    sync(building)
    os.replace(building, database)
    sync(database.parent)
    shutil.rmtree(building.parent, ignore_errors=True)


def sync(path: Path) -> None:
    """On the disk to the last byte."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_log_into(database: Path) -> None:
    """Leaves no log beside the file: it would be read into whatever takes the file's place."""
    if _log_of(database).exists():
        for connection in _opened(database, is_read_only=False):
            connection.execute("checkpoint")
    _log_of(database).unlink(missing_ok=True)


@contextmanager
def _unwritten(database: Path) -> Iterator[None]:
    """Nobody can write to the file meanwhile; others can read."""
    for _ in _opened(database, is_read_only=True):
        yield


def _opened(database: Path, is_read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection, as soon as those who are about to close the file have done so."""
    last = time.monotonic() + SECONDS_FOR_OTHERS
    while True:
        try:
            connection = duckdb.connect(str(database), read_only=is_read_only)
            break
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(0.5)
    with connection:
        yield connection


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + ".wal")
