"""Publishes many times on PostgreSQL while others read: no query may fail, or see two publications
at once."""

import threading
from dataclasses import dataclass, field

import psycopg2  # type: ignore[import-untyped]

from funnel.postgres import connect_to_postgres
from funnel.publish_on_postgres import publish_marts

SWAPS = 300
READERS = 3
ROWS = 200
READER = "revenue_funnel_test_reader"
ONE_STATE = """
select min(version), max(version), count(*)
from (select version from published.one union all select version from published.two) as rows
"""


@dataclass
class Reading:
    """What the readers found: how many queries they ran, and what was wrong."""

    query_count: int = 0
    faults: list[str] = field(default_factory=list)


def find_faults_of_swaps(swaps: int = SWAPS) -> Reading:
    """In the database that the environment names, which must be empty."""
    _run("create schema marts", f"drop role if exists {READER}", f"create role {READER}")
    for table in ("one", "two"):
        _run(
            f"create table marts.{table} as"
            f" select 0 as version, number from generate_series(1, {ROWS}) as rows (number)"
        )
    _run("comment on table marts.one is 'One.'", "create index on marts.one (number)")
    publish_marts(READER)
    reading, ended = Reading(), threading.Event()
    if not _is_refused("select from marts.one"):
        reading.faults.append("readers can read the schema marts")
    readers = [threading.Thread(target=_read, args=(reading, ended)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for version in range(1, swaps + 1):
            _run(*(f"update marts.{table} set version = {version}" for table in ("one", "two")))
            publish_marts(READER)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
        if not _is_described():
            reading.faults.append("the description or the index of a table was not published")
        _run("drop schema marts, published cascade", f"drop role {READER}")
    return reading


def _read(reading: Reading, ended: threading.Event) -> None:
    """As a role that may read the published schema and nothing else."""
    connection = connect_to_postgres()
    connection.autocommit = True
    latest = 0
    with connection.cursor() as cursor:
        cursor.execute(f"set role {READER}")
        while not ended.is_set():
            try:
                cursor.execute(ONE_STATE)
                first, last, count = cursor.fetchone()
            except psycopg2.Error as problem:
                reading.faults.append(str(problem).strip())
                continue
            reading.query_count += 1
            if first != last or count != 2 * ROWS or first < latest:
                reading.faults.append(f"versions {first} to {last} after {latest}, {count} rows")
            latest = last
    connection.close()


def _is_refused(query: str) -> bool:
    """Whether a reader may not ask this."""
    try:
        _run(f"set role {READER}", query)
    except psycopg2.errors.InsufficientPrivilege:
        return True
    return False


def _is_described() -> bool:
    connection = connect_to_postgres()
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select obj_description('published.one'::regclass) = 'One.' and exists ("
            "select from pg_indexes where schemaname = 'published' and tablename = 'one')"
        )
        row = cursor.fetchone()
    connection.close()
    return bool(row and row[0])


def _run(*statements: str) -> None:
    connection = connect_to_postgres()
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
