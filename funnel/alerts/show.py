"""Shows on a terminal what is open."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from funnel.alerts.read import SEVERITIES, Alert
from funnel.alerts.words import alarm_dates, at_stake, count_change, without_people

STYLES = {"error": "bold red", "warning": "bold yellow", "notice": "bold"}


def show(console: Console, alerts: Sequence[Alert]) -> None:
    """Open alerts as one table, in the order in which they came; the others as one line each."""
    seen = [without_people(alert) for alert in alerts if alert.status != "resolved"]
    is_open = [alert for alert in seen if alert.status == "open"]
    if not is_open:
        console.print("No alert is open.")
    if is_open:
        console.print(_table(is_open))
        console.print()
    for alert in seen:
        if alert.status != "open":
            console.print(_decided(alert), highlight=False, soft_wrap=True)
    if sentence := precision(alerts):
        console.print(sentence, highlight=False)


def precision(alerts: Iterable[Alert]) -> str:
    """What the alerts that somebody resolved turned out to be; nothing until one is."""
    found = Counter(alert.turned_out for alert in alerts if alert.turned_out)
    if not found:
        return ""
    whole = found.total()
    right = found["drift"] + found["agreed"]
    return (
        f"Of {whole} resolved alerts {right} were right ({right / whole:.0%}): {found['drift']}"
        f" drift, {found['agreed']} agreed changes; {found['false']} false."
    )


def brief(alerts: Iterable[Alert]) -> str:
    """One sentence with the number of open alerts."""
    found = Counter(_severity(alert) for alert in alerts if alert.status == "open")
    counts = [f"{found[each]} {each}" for each in (*SEVERITIES, "other") if found[each]]
    if not counts:
        return "Alerts:    none is open."
    return (
        f"Alerts:    {sum(found.values())} open about what the teams and systems do"
        f" (severity: {', '.join(counts)}); `make alerts` shows each with its owner and next step."
    )


def _severity(alert: Alert) -> str:
    return alert.severity if alert.severity in SEVERITIES else "other"


def _table(alerts: Sequence[Alert]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "where", "owner", "first alarm", "at stake", "alert"):
        width = 10 if heading == "first alarm" else None
        table.add_column(heading, overflow="fold", min_width=width)
    for alert in alerts:
        severity = _severity(alert)
        mark = f"[{STYLES.get(severity, 'bold')}]{severity}[/]"
        table.add_row(mark, *(escape(cell) for cell in _cells(alert)))
    return table


def _cells(alert: Alert) -> list[str]:
    return [
        alert.place,
        (alert.owner_team or "").replace("_", " "),
        alarm_dates(alert),
        at_stake(alert),
        _message(alert),
    ]


def _message(alert: Alert) -> str:
    step = f"Next step: {alert.next_step}" if alert.next_step else None
    return "\n".join(filter(None, [alert.summary, count_change(alert), step]))


def _decided(alert: Alert) -> str:
    until = f" until {alert.silenced_until}" if alert.silenced_until else ""
    why = f" ({alert.status_reason})" if alert.status_reason else ""
    return escape(f"{alert.status}{until}: {alert.place}: {alert.summary}{why}")
