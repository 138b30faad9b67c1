"""The weekly digest: the first screen of the report as a short message, on the channels of the
alerts. Each channel is sent the digest of a week once."""

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from funnel.alerts.deliver import deliver_news
from funnel.alerts.ledger import Ledger, Message
from funnel.alerts.read import NoAlertsError, read_alerts
from funnel.alerts.settings import Channel, SettingsError, read_settings
from funnel.alerts.words import masked, without_people
from funnel.places import BUILD_FIRST, unreadable
from funnel.report import leadership, words
from funnel.report.blocks import Item, Tile
from funnel.report.command import beside, read_company
from funnel.report.company import Company


def send_digest(
    database: Path,
    settings: Path,
    variables: Mapping[str, Any],
    only_show: bool = False,
    link: str = "",
) -> int:
    """Shows the digest and sends it: 0 even where a channel can't be reached, 1 if there is nothing
    to read, 2 if settings are wrong."""
    try:
        channels = read_settings(settings)
        company = read_company(database, variables) if database.exists() else None
        if company is None:
            print(f"{database} has no marts yet: {BUILD_FIRST}.", file=sys.stderr)
            return 1
        words.use_locale(company.locale)
    except (SettingsError, words.LocaleError) as error:
        print(error, file=sys.stderr)
        return 2
    except duckdb.IOException as error:
        print(unreadable(database, error), file=sys.stderr)
        return 1
    body = as_body(company, _worst_alert(database), link or str(beside(database)))
    print(
        "\n".join(
            [body["headline"], *(f"  {name}: {text}" for name, text in body["facts"].items())]
        )
    )
    if not only_show:
        for sentence in _deliver(company, body, channels, database):
            print(sentence)
    return 0


def as_body(company: Company, alert: str, link: str) -> dict[str, Any]:
    """What every channel sends: a headline, the first screen by name, and where to read on."""
    section = leadership.section(company)
    tiles = [tile for tile in section.tiles if tile.value != words.NOTHING]
    changes = next(block for block in section.blocks if block.id == "changes")
    facts = {_lower(tile.label): _of_tile(company, tile) for tile in tiles}
    facts |= {_lower(item.badge): _of_item(company, item) for item in changes.items}
    facts |= {"alerts": alert} if alert else {}
    facts = {name: str(masked(text)) for name, text in facts.items()} | {"report": link}
    numbers = ", ".join(f"{_lower(tile.label)} {tile.value}" for tile in tiles[:4])
    headline = (
        f"Revenue review, {words.period('week', _week(company))}: {numbers or 'no numbers yet'}"
    )
    data = {"change": "digest", "week": _week(company).isoformat(), **facts}
    return {"headline": headline, "facts": facts, "data": data}


def _lower(label: str) -> str:
    """Without its first capital; NRR stays NRR."""
    return label[:1].lower() + label[1:]


def _of_tile(company: Company, tile: Tile) -> str:
    caveats = "".join(f" Note: {caveat}" for caveat in tile.caveats)
    owner = f" ({company.team(tile.team)})" if tile.team else ""
    sentences = ". ".join((tile.text, *tile.details))
    return f"{tile.value}{owner}, {sentences}.{caveats}"


def _of_item(company: Company, item: Item) -> str:
    return f"{item.text} {company.team(item.team)}: {item.todo}" if item.todo else item.text


def _worst_alert(database: Path) -> str:
    """How many alerts are open, and the first of them without personal data."""
    try:
        alerts = [alert for alert in read_alerts(database) if alert.status == "open"]
    except NoAlertsError:
        return ""
    if not alerts:
        return "none is open"
    first = without_people(alerts[0])
    step = f" {first.next_step}." if first.next_step else ""
    return f"{len(alerts)} open. First: {first.summary}{step}"


def _week(company: Company) -> date:
    """The last week that is over; of a company without one, the day of the build."""
    return company.last("week") or company.as_of or date.min


def _deliver(
    company: Company, body: dict[str, Any], channels: Mapping[str, Channel], database: Path
) -> Iterator[str]:
    key = f"digest-{_week(company).isoformat()}"

    def news(_ledger: Ledger, name: str, channel: Channel) -> list[Message]:
        return [Message(key, name, body)] if channel.digest else []

    sent = False
    for sentence in deliver_news(news, channels, database):
        sent = True
        yield sentence
    if not sent:
        yield "Nothing was sent: every channel has the digest of this week already."
