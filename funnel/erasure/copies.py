"""What is kept beside the warehouse: messages that were sent, and earlier publications."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from funnel.alerts.ledger import ledger_path
from funnel.erasure.find import Warehouse
from funnel.erasure.rows import Collected

FEWEST_LETTERS = 5
EMPTIED = """
    update messages set body = '{}', sent_at = coalesce(sent_at, written_at)
    where message_key = ? and channel = ?
"""


def texts_of(
    collected: Collected, warehouse: Warehouse, database: Path, least: int
) -> Iterator[str]:
    """What the persons' records say and a message contains, if few records say so."""
    bodies = " ".join(body for _, _, body in _messages(database)).lower()
    texts = {text for text in collected.texts if len(text) >= FEWEST_LETTERS}
    for text in sorted(text for text in texts if text.lower() in bodies):
        count = 0
        for _, entity, name in warehouse.staged():
            if entity == "people":
                sql = f"select count(*) from {{{name}}} where contains(row_json, $text)"
                count += int(str(warehouse.rows(sql, {"text": text})[0][0]))
        if count < least:
            yield text


def _messages(database: Path) -> list[tuple[str, str, str]]:
    path = ledger_path(database)
    if not path.exists():
        return []
    connection = sqlite3.connect(path, timeout=10)
    try:
        found = connection.execute("select message_key, channel, body from messages").fetchall()
    finally:
        connection.close()
    # As people read it, and not as JSON writes it.
    return [
        (key, channel, json.dumps(json.loads(body), ensure_ascii=False))
        for key, channel, body in found
    ]


def clear_messages(database: Path, texts: Iterable[str]) -> int:
    """Empties each message that contains one of the texts; its key stays, so that nobody is sent it
    again. How many there were."""
    wanted = [text.lower() for text in texts]
    keys = [
        (key, channel)
        for key, channel, body in _messages(database)
        if any(text in body.lower() for text in wanted)
    ]
    if keys:
        connection = sqlite3.connect(ledger_path(database), timeout=10)
        try:
            connection.execute("pragma secure_delete = on")
            with connection:
                connection.executemany(EMPTIED, keys)
            connection.execute("vacuum")
        finally:
            connection.close()
    return len(keys)


def remove_building(building: Path) -> None:
    """What a build that failed has left is a copy, too."""
    shutil.rmtree(building.parent, ignore_errors=True)
