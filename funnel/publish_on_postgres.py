"""Shows readers what was built on PostgreSQL, all tables at once.

A build changes the tables of the schema marts one by one. Readers have a schema of their own,
which is filled aside and takes the place of the one before in a single transaction.

A query finds its tables one by one: renamed in between, they would be of two publications. So the
swap first locks the tables that readers see, which waits for the queries that run; a query that
comes meanwhile waits for the swap, and then finds the new tables."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from funnel.postgres import PostgresError, connect_to_postgres

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # type: ignore[import-untyped]  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

MARTS = "marts"
PUBLISHED = "published"
ASIDE = "published_next"
BEFORE = "published_before"
ONE_AT_A_TIME = 20260701
"""The number of the lock that a second publication waits for."""
LONGEST_WAIT = 600.0
"""Seconds that a publication waits for queries that run."""
LOCK_TIMEOUT = "200ms"
"""Shorter than the second after which PostgreSQL would stop a query that waits for the swap while
the swap waits for it: the swap lets go, and tries again."""


def publish_on_postgres(readers: str | None) -> int:
    """Prints what was published: 0, or 1 if nothing could be."""
    try:
        count = publish_marts(readers)
    except PostgresError as problem:
        click.echo(f"error: {problem}", err=True)
        return 1
    click.echo(f"PostgreSQL, schema {PUBLISHED}: {count} tables published")
    return 0


def publish_marts(readers: str | None) -> int:
    """The number of tables that readers now see. `readers` is a role that may read them."""
    import psycopg2  # type: ignore[import-untyped]

    connection = connect_to_postgres()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
            count = _fill_aside(cursor, readers)
        _swap(connection)
        with connection, connection.cursor() as cursor:
            cursor.execute(f"drop schema if exists {BEFORE} cascade")
    except psycopg2.Error as problem:
        raise PostgresError(str(problem).strip()) from problem
    finally:
        connection.close()
    return count


def _swap(connection: Connection) -> None:
    from psycopg2.errors import LockNotAvailable  # type: ignore[import-untyped]

    latest = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
                if tables := _tables_of(cursor, PUBLISHED):
                    names = ", ".join(f'{PUBLISHED}."{table}"' for table in tables)
                    cursor.execute(f"lock table {names} in access exclusive mode")
                    cursor.execute(f"alter schema {PUBLISHED} rename to {BEFORE}")
                else:
                    cursor.execute(f"drop schema if exists {PUBLISHED}")
                cursor.execute(f"alter schema {ASIDE} rename to {PUBLISHED}")
            return
        except LockNotAvailable as problem:
            if time.monotonic() > latest:
                raise PostgresError(
                    f"queries have read the schema {PUBLISHED} for {LONGEST_WAIT / 60:.0f} minutes"
                    " without a pause: readers still see what was published before"
                ) from problem
            time.sleep(0.1)


def _fill_aside(cursor: Cursor, readers: str | None) -> int:
    """Copies each table with its indexes and descriptions. What an earlier publication that was
    interrupted left is removed first."""
    tables = _tables_of(cursor, MARTS)
    if not tables:
        raise PostgresError(f"the schema {MARTS} has no tables: run `dbt build --target postgres`")
    cursor.execute(f"drop schema if exists {BEFORE}, {ASIDE} cascade")
    cursor.execute(f"create schema {ASIDE}")
    for table in tables:
        cursor.execute(f'create table {ASIDE}."{table}" (like {MARTS}."{table}" including all)')
        cursor.execute(f'insert into {ASIDE}."{table}" select * from {MARTS}."{table}"')
        cursor.execute(f'analyze {ASIDE}."{table}"')
        cursor.execute("select obj_description(%s::regclass)", [f'{MARTS}."{table}"'])
        description = cursor.fetchone()
        cursor.execute(f'comment on table {ASIDE}."{table}" is %s', description)
    if readers:
        role = '"' + readers.replace('"', '""') + '"'
        cursor.execute(f"grant usage on schema {ASIDE} to {role}")
        cursor.execute(f"grant select on all tables in schema {ASIDE} to {role}")
    return len(tables)


def _tables_of(cursor: Cursor, schema: str) -> list[str]:
    """And its views, which are published as tables."""
    cursor.execute(
        "select table_name from information_schema.tables where table_schema = %s order by 1",
        [schema],
    )
    return [name for (name,) in cursor.fetchall()]
