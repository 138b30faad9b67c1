"""The words of an alert as people read them, without personal data."""

import re
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from funnel.alerts.read import Alert
from funnel.variables import project_variables

# A value in fewer records than the var least_published_records may be somebody's name.
FEWEST_RECORDS = int(project_variables()["least_published_records"])
HIDDEN = f"(value hidden: fewer than {FEWEST_RECORDS} records)"
ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)*")
TELEPHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d ()/.-]{7,}\d(?![\w-])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# "18 May 2026 (112 leads)": a year and a count, not a telephone number.
MONTH = re.compile(
    r"(January|February|March|April|May|June|July|August|September|October|November|December) $"
)
YEAR_AND_COUNT = re.compile(r"\d{4} \(\d{1,3}")


def without_people(alert: Alert) -> Alert:
    """The alert with whatever may be personal data removed from its free text."""
    if alert.kind == "unknown_value" and (alert.affected_count or 0) < FEWEST_RECORDS:
        alert = _withheld(alert)
    return replace(
        alert,
        subject=masked(alert.subject),
        summary=masked(alert.summary) or "",
        status_reason=masked(alert.status_reason),
    )


def headline(alert: Alert, change: str) -> str:
    mark = "RESOLVED" if change == "resolved" else alert.severity.upper()
    return f"{mark}: {alert.summary}"


def facts(alert: Alert, change: str) -> dict[str, str]:
    """The details by name; what is not known is left out."""
    details = {
        "where": alert.place,
        "rule": alert.rule,
        "subject": alert.subject,
        "owner": (alert.owner_team or "").replace("_", " "),
        "first alarm": alarm_dates(alert),
        "window that alarmed": window(alert),
        "observed in it": comparison(alert),
        "at stake": at_stake(alert),
        "that week": count_change(alert),
        "affected": f"{alert.affected_count:,} records" if alert.affected_count else None,
        "usual causes": None if change == "resolved" else alert.usual_causes,
        "next step": None if change == "resolved" else alert.next_step,
        "look at": f"marts.alerts where alert_key = {alert.alert_key}",
    }
    return {name: value for name, value in details.items() if value}


def alarm_dates(alert: Alert) -> str:
    first = str(alert.first_seen_date or "")
    return f"{first}, resolved {alert.resolved_date}" if alert.resolved_date else first


def window(alert: Alert) -> str:
    """The days that the first alarm looked at."""
    first, last = alert.window_first_date, alert.window_last_date
    return str(first or "") if first == last else f"{first} to {last}"


def comparison(alert: Alert) -> str:
    """What was observed in that window."""
    observed, expected = alert.window_observed_volume, alert.window_expected_volume
    if observed is None:
        return ""
    return f"{observed:,}" if expected is None else f"{observed:,} ({expected:,.1f} expected)"


def at_stake(alert: Alert) -> str:
    """The expected value of the records affected, and how many they are beside their stage."""
    parts = []
    if alert.value_at_stake_amount is not None:
        parts.append(f"{alert.value_at_stake_amount:,.0f} of expected revenue")
    if alert.affected_ratio is not None:
        parts.append(
            f"as many records as {alert.affected_ratio:.0%} of the journeys that met"
            f" the definition of {alert.affected_stage}"
        )
    return "; ".join(parts)


def count_change(alert: Alert) -> str:
    """How the count of its stage changed in its week, and what moved it most."""
    if alert.largest_driver is None:
        return ""
    part = alert.largest_driver.replace("_", " ")
    return (
        f"{alert.counted_stage}: {alert.qualified_count:,}, after {alert.earlier_reported_count:,}"
        f" the week before; largest part: {part} ({alert.largest_change:+,.1f})"
    )


def as_body(alert: Alert, change: str) -> dict[str, Any]:
    """All that any channel sends of it."""
    data = {key: _plain(value) for key, value in asdict(alert).items()}
    # It names the person who decided.
    del data["status_reason"]
    return {
        "headline": headline(alert, change),
        "facts": facts(alert, change),
        "data": {"change": change, **data},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _withheld(alert: Alert) -> Alert:
    summary = alert.summary
    if alert.subject:
        hidden = re.compile(re.escape(alert.subject), re.IGNORECASE)
        summary = hidden.sub(HIDDEN, summary)
    return replace(alert, subject=HIDDEN, summary=summary)


def masked(text: str | None) -> str | None:
    """The text without addresses and telephone numbers."""
    return TELEPHONE.sub(_masked_number, ADDRESS.sub("(address)", text)) if text else text


def _masked_number(found: re.Match[str]) -> str:
    """A date looks like a telephone number, and is kept."""
    is_date = MONTH.search(found.string[: found.start()]) and YEAR_AND_COUNT.fullmatch(found[0])
    return found[0] if DAY.search(found[0]) or is_date else "(number)"
