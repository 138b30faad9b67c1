"""What is told of an alert: to people, and to no one that a person's data should not reach."""

import re
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tools.alerts.read import Alert

# A value that so few records bear may be somebody's name in the wrong field.
FEWEST_BEARERS = 5
ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)*")
TELEPHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d ()/.-]{7,}\d(?![\w-])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def without_people(alert: Alert) -> Alert:
    """The alert with whatever may be a person's own taken out of its free text."""
    if alert.kind == "unknown_value" and (alert.affected_count or 0) < FEWEST_BEARERS:
        alert = _withheld(alert)
    return replace(
        alert,
        subject=_masked(alert.subject),
        summary=_masked(alert.summary) or "",
        status_reason=_masked(alert.status_reason),
    )


def headline(alert: Alert, change: str) -> str:
    mark = "RESOLVED" if change == "resolved" else alert.severity.upper()
    return f"{mark} - {alert.place}: {alert.summary}"


def facts(alert: Alert, change: str) -> dict[str, str]:
    """The rest, by the word for it; what is not known is left out."""
    told = {
        "rule": alert.rule,
        "concerns": alert.subject,
        "owner": (alert.owner_team or "").replace("_", " "),
        "since": spell(alert),
        "observed": comparison(alert),
        "that week": count_change(alert),
        "affected": f"{alert.affected_count:,} records" if alert.affected_count else None,
        "what to do": None if change == "resolved" else alert.next_step,
        "look at": f"marts.alerts where alert_key = {alert.alert_key}",
    }
    return {name: value for name, value in told.items() if value}


def spell(alert: Alert) -> str:
    since = str(alert.first_seen_date or "")
    return f"{since}, resolved {alert.resolved_date}" if alert.resolved_date else since


def comparison(alert: Alert) -> str:
    if alert.observed_count is None:
        return ""
    if alert.expected_volume is None:
        return f"{alert.observed_count:,}"
    return f"{alert.observed_count:,} against {alert.expected_volume:,.1f} expected"


def count_change(alert: Alert) -> str:
    """What the count of its stage did in its week, and what did most of that."""
    if alert.largest_part is None:
        return ""
    part = alert.largest_part.replace("_", " ")
    return (
        f"{alert.counted_stage}: {alert.entered_count:,} after {alert.earlier_reported_count:,}"
        f" the week before; most of it {part} ({alert.largest_change:+,.1f})"
    )


def as_body(alert: Alert, change: str) -> dict[str, Any]:
    """All that any channel tells of it."""
    data = {key: _plain(value) for key, value in asdict(alert).items()}
    # It says who decided.
    del data["status_reason"]
    return {
        "headline": headline(alert, change),
        "facts": facts(alert, change),
        "data": {"change": change, **data, "next_step": alert.next_step},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _withheld(alert: Alert) -> Alert:
    summary = alert.summary
    if alert.subject:
        summary = summary.replace(alert.subject, "(a value of few records)")
    return replace(alert, subject="(a value of few records)", summary=summary)


def _masked(text: str | None) -> str | None:
    return TELEPHONE.sub(_no_number, ADDRESS.sub("(address)", text)) if text else text


def _no_number(found: re.Match[str]) -> str:
    """A day is written like a telephone number, and is none."""
    return found[0] if DAY.search(found[0]) else "(number)"
