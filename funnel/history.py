"""Backs up and restores the schema history: the tables of the warehouse that cannot be rebuilt.

A backup is a folder with one Parquet file per table and a manifest. Restoring works before the
first build, too.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from funnel.erasure.kept import KEPT, kept_files, kept_path, read_kept, write_kept
from funnel.erasure.prepare import least_published
from funnel.erasure.secret import ErasureError, read_secret, secret_path
from funnel.open_warehouse import open_warehouse
from funnel.places import BUILD_FIRST, ROOT

SCHEMA = "history"
MANIFEST = "manifest.json"
MODELS = ROOT / "models" / "history" / "_history__models.yml"
FIRST, LAST = "min(snapshotted_at)", "max(snapshotted_at)"


class HistoryError(Exception):
    """Why nothing was backed up or restored, in a sentence."""


def report(database: Path, action: Callable[[], str]) -> int:
    """Prints what the action says: 0, or 1 with the reason why nothing was done."""
    try:
        print(action())
    except HistoryError as error:
        print(error, file=sys.stderr)
        return 1
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        print(f"{database} can't be opened just now: {reason}", file=sys.stderr)
        return 1
    return 0


def backup(database: Path, folder: Path) -> str:
    """Writes all history tables to the folder; the backup that was there is kept next to it."""
    if not database.exists():
        raise HistoryError(f"There is no database {database}: {BUILD_FIRST}.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise HistoryError(f"{folder} holds other files: choose a folder of its own.")
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    with open_warehouse(database) as connection:
        tables = {name: _write(connection, name, new) for name in _tables(connection, SCHEMA)}
    if not tables:
        shutil.rmtree(new)
        raise HistoryError(f"{database} has no history yet: {BUILD_FIRST}.")
    (new / MANIFEST).write_text(json.dumps({"tables": tables}, indent=2) + "\n")
    _swap(new, folder)
    rows = sum(table["rows"] for table in tables.values())
    return f"{folder} holds {len(tables)} history tables with {rows:,} rows{_period(tables)}."


def restore(database: Path, folder: Path, force: bool = False) -> str:
    """Puts the tables of a backup into the database, all or none; persons who were erased since
    the backup do not come back with it."""
    tables = _manifest(folder)
    database.parent.mkdir(parents=True, exist_ok=True)
    with (
        duckdb.connect(str(database)) as connection,
        tempfile.TemporaryDirectory(dir=database.parent) as place,
    ):
        schema = _schema(connection)
        losses = list(_losses(connection, folder, tables, schema))
        if losses and not force:
            raise HistoryError(
                "\n".join(losses) + "\nNothing was restored. Add --force to replace them anyway."
            )
        files = _without_erased(connection, schema, database, folder, tables, Path(place))
        connection.execute("begin")
        connection.execute(f'create schema if not exists "{schema}"')
        for name in files:
            connection.execute(
                f"create or replace table {_name(name, schema)} as from {_file(Path(place), name)}"
            )
        connection.execute("commit")
        write_kept(connection, schema, kept_path(database))
    rows = sum(table["rows"] for table in tables.values())
    return (
        f"{database} has {len(tables)} history tables with {rows:,} rows from {folder}"
        f"{_period(tables)}. Run `make build` to use them (on your own data: `make build DEMO=no`)."
    )


def _schema(connection: duckdb.DuckDBPyConnection) -> str:
    """Where the history is: a project that installs this one as a package may call it otherwise."""
    try:
        found = connection.execute(
            "select max(schema_name) from operations.relations where layer = ?", [SCHEMA]
        ).fetchall()
    except duckdb.CatalogException:
        return SCHEMA
    return str(found[0][0] or SCHEMA)


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = ? order by table_name",
        [schema],
    )
    return [name for (name,) in found.fetchall()]


def _write(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> dict[str, Any]:
    """One table as a file, and what the manifest says about it."""
    path = _text(folder / f"{name}.parquet")
    connection.execute(f"copy (from {_name(name)} order by all) to {path} (format parquet)")
    found = connection.execute(f"select count(*), {FIRST}, {LAST} from {_name(name)}").fetchall()
    rows, first, last = found[0]
    return {"rows": rows, "first_snapshot": _date(first), "last_snapshot": _date(last)}


def _manifest(folder: Path) -> Mapping[str, dict[str, Any]]:
    """The tables of a backup, after a look at whether all of them are there and whole."""
    path = folder / MANIFEST
    if not path.exists():
        raise HistoryError(f"{folder} is no backup of the history: it has no {MANIFEST}.")
    tables: dict[str, dict[str, Any]] = json.loads(path.read_text())["tables"]
    for name, table in tables.items():
        try:
            with duckdb.connect() as reader:
                rows = reader.sql(f"select count(*) from {_file(folder, name)}").fetchall()[0][0]
        except duckdb.Error:
            raise HistoryError(
                f"{folder / name}.parquet is missing or damaged: use another backup. Nothing was"
                " changed."
            ) from None
        if rows != table["rows"]:
            raise HistoryError(
                f"{folder / name}.parquet has {rows} rows; its manifest says {table['rows']}."
            )
    return tables


def _losses(
    connection: duckdb.DuckDBPyConnection, folder: Path, tables: Mapping[str, Any], schema: str
) -> Iterator[str]:
    """A sentence for each table with snapshots later than the last one of the backup."""
    names = _names_of_today()
    # Who was erased stays erased: these rows are kept beside those of the backup.
    files = {names.get(file, file): file for file in tables if file not in KEPT}
    for name in sorted(set(_tables(connection, schema)) & set(files)):
        later = f"select {LAST} from {_file(folder, files[name])}"
        found = connection.execute(
            f"select count(*), {LAST} from {_name(name, schema)}"
            f" where snapshotted_at > coalesce(({later}), timestamp '0001-01-01')"
        ).fetchall()
        rows, last = found[0]
        if rows:
            yield (
                f"{schema}.{name} has {rows:,} rows later than the backup, the last of"
                f" {_date(last)}: they would be lost."
            )


def _without_erased(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    database: Path,
    folder: Path,
    tables: Mapping[str, Any],
    place: Path,
) -> list[str]:
    """Writes the tables of the backup to a place, without the ids of persons who were erased before
    or after it was made: no byte of them gets into the warehouse. The names of the tables today."""
    known = place / "known"
    write_kept(connection, schema, known)
    names, secret = _names_of_today(), secret_path(database)
    with duckdb.connect() as aside:
        aside.execute(f'create schema "{schema}"')
        for file in sorted(set(tables) - set(KEPT)):
            table = _name(names.get(file, file), schema)
            aside.execute(f"create table {table} as from {_file(folder, file)}")
        copies = [kept_files(each) for each in (known, kept_path(database), folder)]
        memory = read_kept(aside, schema, copies)
        if memory.is_empty() and secret.exists():
            raise HistoryError(
                f"Persons were erased with the secret in {secret}, and neither the backup nor the"
                f" warehouse nor {kept_path(database)} says who: they would come back. Nothing was"
                " restored. Use a backup from after the erasure, or put that folder back."
            )
        if not memory.is_empty():
            memory.secret = _secret(secret)
            if not memory.fits():
                raise HistoryError(
                    f"{secret} holds another secret than the one with which persons were erased:"
                    " put that one back. Nothing was restored."
                )
            memory.rewrite(least_published(connection))
        restored = _tables(aside, schema)
        for name in restored:
            aside.execute(f"copy {_name(name, schema)} to {_text(place / f'{name}.parquet')}")
    return restored


def _secret(path: Path) -> str:
    try:
        return read_secret(path)
    except (OSError, ErasureError):
        raise HistoryError(
            f"Persons were erased, and their secret is not in {path}: put the file back, or name it"
            " in REVENUE_FUNNEL_ERASURE_SECRET. Nothing was restored."
        ) from None


def _names_of_today() -> dict[str, str]:
    """What history tables of earlier versions are called now: a model's meta has its old names."""
    models = yaml.safe_load(MODELS.read_text())["models"]
    earlier = {
        model["name"]: model.get("config", {}).get("meta", {}).get("earlier_names", [])
        for model in models
    }
    return {old: name for name, names in earlier.items() for old in names}


def _swap(new: Path, folder: Path) -> None:
    """The new backup takes the place of the last one, which stays next to it."""
    if folder.exists():
        before = folder.with_name(folder.name + ".before")
        shutil.rmtree(before, ignore_errors=True)
        folder.rename(before)
    new.rename(folder)


def _period(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """From when to when there are snapshots; nothing where there are none."""
    firsts = [table["first_snapshot"] for table in tables.values() if table["first_snapshot"]]
    lasts = [table["last_snapshot"] for table in tables.values() if table["last_snapshot"]]
    return f", from {min(firsts)} to {max(lasts)}" if firsts else ""


def _date(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


def _name(table: str, schema: str = SCHEMA) -> str:
    return f'"{schema}"."{table}"'


def _file(folder: Path, table: str) -> str:
    return f"read_parquet({_text(folder / f'{table}.parquet')})"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
