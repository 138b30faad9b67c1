"""What is kept beside the warehouse: messages that were sent, in their store and in the file of the
channel `file`, and what a failed build has left."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from funnel.alerts.ledger import ledger_path
from funnel.alerts.settings import File, SettingsError, read_settings
from funnel.erasure.find import Warehouse
from funnel.erasure.rows import Collected
from funnel.erasure.secret import ErasureError

FEWEST_LETTERS = 5
EMPTIED = """
    update messages set body = '{}', sent_at = coalesce(sent_at, written_at)
    where message_key = ? and channel = ?
"""


def message_file(settings: Path) -> Path | None:
    """Where the channel `file` writes, if alerts.yml has one."""
    try:
        channels = read_settings(settings).values()
    except SettingsError as error:
        raise ErasureError(str(error)) from None
    return next((Path(channel.path) for channel in channels if isinstance(channel, File)), None)


def texts_of(
    collected: Collected, warehouse: Warehouse, database: Path, file: Path | None, least: int
) -> Iterator[str]:
    """What the persons' records say and a message contains, if few records say so."""
    bodies = " ".join(body for _, _, body in _messages(database)).lower()
    bodies += " ".join(_as_read(line) for line in _lines(file)).lower()
    texts = {text for text in collected.texts if len(text) >= FEWEST_LETTERS}
    for text in sorted(text for text in texts if text.lower() in bodies):
        count = 0
        for _, entity, name in warehouse.staged():
            if entity == "people" and "row_json" in warehouse.columns(name):
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
    return [(key, channel, _as_read(body)) for key, channel, body in found]


def _lines(file: Path | None) -> list[str]:
    return file.read_text().splitlines() if file and file.exists() else []


def _as_read(body: str) -> str:
    """As people read it, and not as JSON writes it."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body


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


def clear_file(file: Path | None, texts: Iterable[str]) -> int:
    """Empties each line of the channel `file` that contains one of the texts, but for its key. How
    many there were."""
    wanted = [text.lower() for text in texts]
    lines = _lines(file)
    cleared = [
        _emptied(line) if any(text in _as_read(line).lower() for text in wanted) else line
        for line in lines
    ]
    if file and cleared != lines:
        new = file.with_name(file.name + ".new")
        new.write_text("".join(f"{line}\n" for line in cleared))
        new.chmod(file.stat().st_mode)
        os.replace(new, file)
    return sum(old != new for old, new in zip(lines, cleared, strict=True))


def _emptied(line: str) -> str:
    try:
        return json.dumps({"key": json.loads(line)["key"]})
    except (ValueError, KeyError, TypeError):
        return "{}"


def remove_building(building: Path) -> None:
    """What a build that failed has left is a copy, too."""
    shutil.rmtree(building.parent, ignore_errors=True)
