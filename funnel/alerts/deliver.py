"""Sends every channel what it has not been sent yet; what fails waits for the next time."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from funnel.alerts.channels import Send, sender
from funnel.alerts.ledger import InUseError, Ledger, Message, ledger_path, open_ledger
from funnel.alerts.read import Alert
from funnel.alerts.settings import Channel
from funnel.alerts.trouble import RefusedError, UnreachableError
from funnel.alerts.words import as_body, without_people

# What a channel has to be sent; what it was sent before is not repeated.
News = Callable[[Ledger, str, Channel], Iterable[Message]]


def deliver(
    alerts: Sequence[Alert], channels: Mapping[str, Channel], database: Path
) -> Iterator[str]:
    """One sentence per channel that had something to send; no error of theirs is raised."""

    def news(ledger: Ledger, name: str, channel: Channel) -> Iterator[Message]:
        return _news(ledger, name, channel, alerts)

    return deliver_news(news, channels, database)


def deliver_news(news: News, channels: Mapping[str, Channel], database: Path) -> Iterator[str]:
    """Records what is new, then sends it with all that waits."""
    try:
        with open_ledger(database) as ledger:
            for name, channel in channels.items():
                ledger.add(list(news(ledger, name, channel)))
            for name, channel in channels.items():
                if waiting := ledger.waiting(name):
                    yield _send_all(ledger, name, channel, waiting)
    except sqlite3.Error as error:
        yield (
            f"{ledger_path(database)} can't be used ({error})."
            " Unsent alerts stay queued for the next run."
        )
    except InUseError:
        yield "Another run is sending alerts just now: nothing was sent by this one."


def _news(
    ledger: Ledger, name: str, channel: Channel, alerts: Sequence[Alert]
) -> Iterator[Message]:
    """An open alert; a resolved one for channels that were sent it when it was open."""
    for alert in sorted(alerts, key=lambda each: (str(each.first_seen_date), each.alert_key)):
        was_sent = ledger.knows(f"{alert.alert_key}-opened", name)
        change = {"open": "opened", "resolved": "resolved" if was_sent else None}.get(alert.status)
        if change and channel.wants(alert):
            body = as_body(without_people(alert), change)
            yield Message(f"{alert.alert_key}-{change}", name, body)


def _send_all(ledger: Ledger, name: str, channel: Channel, waiting: list[Message]) -> str:
    sent, troubles = 0, []
    try:
        send = sender(channel)
        for message in waiting:
            if trouble := _refusal(ledger, send, message):
                troubles.append(trouble)
            else:
                sent += 1
    except UnreachableError as error:
        troubles.append(str(error))
    result = f"{name}: {sent} of {len(waiting)} sent"
    if troubles:
        return f"{result}; the rest waits for the next time: {troubles[0]}."
    return f"{result}."


def _refusal(ledger: Ledger, send: Send, message: Message) -> str | None:
    """Sends it and records that at once; returns why if the receiver refuses it."""
    ledger.begin(message)
    try:
        send(message)
    except RefusedError as error:
        return str(error)
    ledger.is_sent(message)
    return None
