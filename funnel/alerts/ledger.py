"""Records each message before it is sent, and that it was: one per alert, change and channel.

A message is recorded here before it is sent, with the key that its receiver sees, and is sent again
with the same key until the receiver has confirmed it. So no message is lost if a sender or a
receiver is killed. If that happens after the receiver took the message and before its answer was
recorded, only the key shows the receiver that it has the message already.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MESSAGES = """
    create table if not exists messages (
        message_key text not null,
        channel text not null,
        body text not null,
        tries integer not null default 0,
        written_at text not null,
        sent_at text,
        primary key (message_key, channel)
    )
"""


class InUseError(Exception):
    """Another process is sending."""


@dataclass(frozen=True)
class Message:
    """What one channel has to send: the change of one alert."""

    key: str
    channel: str
    body: dict[str, Any]


class Ledger:
    """The messages of one database. Only one process at a time can hold it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def knows(self, key: str, channel: str) -> bool:
        query = "select 1 from messages where message_key = ? and channel = ?"
        return self._connection.execute(query, (key, channel)).fetchone() is not None

    def add(self, messages: list[Message]) -> None:
        """All or none; a message that is here already stays as it is."""
        rows = [(each.key, each.channel, json.dumps(each.body), _now()) for each in messages]
        with self._connection:
            self._connection.executemany(
                "insert or ignore into messages (message_key, channel, body, written_at)"
                " values (?, ?, ?, ?)",
                rows,
            )

    def waiting(self, channel: str) -> list[Message]:
        """What has not been sent yet, in the order in which it was recorded."""
        rows = self._connection.execute(
            "select message_key, channel, body from messages"
            " where channel = ? and sent_at is null order by rowid",
            (channel,),
        ).fetchall()
        return [Message(key, name, json.loads(body)) for key, name, body in rows]

    def begin(self, message: Message) -> None:
        self._set("tries = tries + 1", message)

    def is_sent(self, message: Message) -> None:
        self._set("sent_at = ?", message, _now())

    def _set(self, change: str, message: Message, *values: str) -> None:
        where = "where message_key = ? and channel = ?"
        with self._connection:
            self._connection.execute(
                f"update messages set {change} {where}", (*values, message.key, message.channel)
            )


@contextmanager
def open_ledger(database: Path) -> Iterator[Ledger]:
    """The ledger next to a database, for this process alone until it ends."""
    database.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(ledger_path(database), timeout=1)
    try:
        # Held until the connection closes; the system releases it if the process dies.
        connection.execute("pragma locking_mode = exclusive")
        connection.execute("pragma synchronous = extra")
        with connection:
            connection.execute("begin exclusive")
            connection.execute(MESSAGES)
        yield Ledger(connection)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise InUseError from None
    finally:
        connection.close()


def ledger_path(database: Path) -> Path:
    return database.with_name(database.name + ".alerts")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
