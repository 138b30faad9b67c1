"""The verb: erases the persons of a list from the warehouse, and says what is left to do."""

import sqlite3
import sys
from pathlib import Path

import duckdb

from funnel.aside import AsideError, alone, place_of_build
from funnel.erasure.copies import (
    clear_file,
    clear_messages,
    message_file,
    remove_building,
    texts_of,
)
from funnel.erasure.find import Found, Warehouse, find_persons
from funnel.erasure.kept import kept_path, write_kept
from funnel.erasure.listed import Listed, read_list
from funnel.erasure.remember import Memory
from funnel.erasure.rows import DELETE, Collected, collect_rows
from funnel.erasure.secret import (
    ErasureError,
    key_of,
    keyed_hash,
    make_secret,
    read_secret,
    secret_path,
)
from funnel.open_warehouse import quoted
from funnel.places import ROOT, sources_of

SETTINGS = ROOT / "alerts.yml"


def erase_persons(database: Path, path: Path, only_show: bool, out: Path | None) -> int:
    """0, or 1 with the reason why nobody was erased."""
    try:
        if not database.exists():
            raise ErasureError(
                f"There is no database {database}, and persons are erased from a warehouse that"
                " DuckDB has built, not from PostgreSQL or Spark: run `make build DEMO=no` first."
            )
        with alone(database):
            _erase(database, path, only_show, out)
    except (ErasureError, AsideError, OSError) as error:
        print(f"{error}\nNobody was erased.", file=sys.stderr)
        return 1
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(f"{database} cannot be read: {reason}\nNobody was erased.", file=sys.stderr)
        return 1
    return 0


def _erase(database: Path, path: Path, only_show: bool, out: Path | None) -> None:
    if out and not out.absolute().parent.is_dir():
        raise ErasureError(f"There is no folder {out.absolute().parent} for the list of rows.")
    file = message_file(SETTINGS)
    with _opened(database) as connection:
        warehouse = Warehouse(connection)
        systems = frozenset(system for system, _, _ in warehouse.staged())
        listed = read_list(path, systems)
        found = find_persons(warehouse, listed)
        least = int(warehouse.setting("least_published_records", "5"))
        memory = Memory(connection, warehouse.schemas["history_person_ids"])
        secret_file = secret_path(database)
        if not memory.is_empty() or secret_file.exists():
            memory.secret = _known_secret(secret_file)
            if not memory.fits():
                raise ErasureError(
                    f"{secret_file} holds another secret than the one with which persons were"
                    " erased before: put that one back."
                )
            _leave_out_known(memory, found)
        collected = collect_rows(warehouse, found, listed, least)
        texts = list(texts_of(collected, warehouse, database, file, least))
        _show(found, listed, collected, only_show)
        if not only_show:
            is_first = memory.is_empty()
            memory.secret = memory.secret or make_secret(secret_file)
            connection.execute("begin")
            memory.make_tables()
            memory.add(found, collected.kept, is_first)
            memory.rewrite(least, _gone_companies(warehouse, found))
            connection.execute("commit")
            write_kept(connection, warehouse.schemas["history_person_ids"], kept_path(database))
    _show_landed(collected, out)
    if not only_show:
        remove_building(place_of_build(database))
        try:
            emptied = clear_messages(database, texts)
            lines = clear_file(file, texts)
        except (sqlite3.Error, OSError) as error:
            print(
                f"They are erased, but messages that name them could not be emptied ({error}): run"
                " the command again when nobody sends alerts.",
                file=sys.stderr,
            )
            return
        _show_what_is_left(database, secret_file, emptied)
        if lines:
            print(f"{lines} lines of {file} were emptied.")


def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    """To be written, with the tables of the sources beside it, which are only read."""
    connection = duckdb.connect(str(database))
    sources = sources_of(database)
    if sources and sources.exists():
        connection.execute(f"attach {quoted(sources)} as sources (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _known_secret(path: Path) -> str:
    if not path.exists():
        raise ErasureError(
            f"The secret with which persons were erased before is not in {path}: put the file back,"
            " or name it in REVENUE_FUNNEL_ERASURE_SECRET."
        )
    return read_secret(path)


def _gone_companies(warehouse: Warehouse, found: Found) -> set[int]:
    """Keys of customers of theirs that are gone; a company that is there has the key by chance."""
    sql = "select unnest($keys) as key except select company_key from {usable_companies}"
    values = {"keys": sorted(found.earlier_keys)}
    return {int(str(key)) for (key,) in warehouse.rows(sql, values)}


def _leave_out_known(memory: Memory, found: Found) -> None:
    """Who was erased since the last build is not erased twice; landed rows are listed again."""
    for kind, ids in (("record", found.records), ("company", found.companies)):
        known = memory.hashes(kind)
        for each in list(ids):
            if keyed_hash(memory.secret, kind, key_of(*each)) in known:
                del ids[each]
                found.others |= {each} if kind == "record" else set()


def _show(found: Found, listed: Listed, collected: Collected, only_show: bool) -> None:
    would = "would be" if only_show else "are"
    print(
        f"{found.person_count} persons {would} erased: {len(found.records)} records,"
        f" {len(found.companies)} billing customers, {len(found.addresses)} addresses."
        f" {len(collected.kept)} anonymous rows {'would stay' if only_show else 'stay'}."
    )
    ids = {f"{system},{record_id}" for system, record_id in listed.records}
    for (system, customer_id), name in sorted(found.staying.items()):
        print(
            f"The customer {system},{customer_id} stays as the company “{name}”. If it is the"
            " person alone, list it by its id."
        )
    for sentence in collected.silent:
        print(sentence)
    for text in sorted((listed.addresses | ids) - collected.met):
        print(f"No landed row has {text}; it will not be let in later, either.")


def _show_landed(collected: Collected, out: Path | None) -> None:
    """The rows that the owner of the sources must delete there: table and key."""
    if out:
        lines = [",".join(_cell(part) for part in row) for row in sorted(collected.landed)]
        out.write_text("\n".join(["system,table,row,to_do", *lines]) + "\n")
        print(f"{out} lists the {len(collected.landed)} rows to delete in the sources.")
        return
    print(f"Delete these {len(collected.landed)} rows in the sources:")
    for system, table, key, to_do in sorted(collected.landed):
        print(f"  {system}.{table}  {key}{'' if to_do == DELETE else f': {to_do}'}")


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def _show_what_is_left(database: Path, secret: Path, emptied: int) -> None:
    print(
        f"{emptied} messages in {database}.alerts were emptied.\n"
        f"Keep {secret} apart from the warehouse: without it the erased would be let in again.\n"
        "Then run `make build DEMO=no` and `make publish` (earlier publications are removed), back"
        " up the history anew, and delete older backups and the list itself."
    )
