"""Shows on a terminal what is open."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from funnel.alerts.read import SEVERITIES, Alert
from funnel.alerts.words import alarm_dates, comparison, count_change, without_people

STYLES = {"error": "bold red", "warning": "bold yellow", "notice": "bold"}


def show(console: Console, alerts: Sequence[Alert]) -> None:
    """Open alerts as tables by severity; acknowledged and silenced ones as one line each."""
    seen = [without_people(alert) for alert in alerts if alert.status != "resolved"]
    is_open = [alert for alert in seen if alert.status == "open"]
    if not is_open:
        console.print("No alert is open.")
    for severity in (*SEVERITIES, "other"):
        group = [alert for alert in is_open if _severity(alert) == severity]
        if group:
            console.print(_table(severity, group))
            console.print()
    for alert in seen:
        if alert.status != "open":
            console.print(_decided(alert), highlight=False, soft_wrap=True)


def brief(alerts: Iterable[Alert]) -> str:
    """One sentence with the number of open alerts."""
    found = Counter(_severity(alert) for alert in alerts if alert.status == "open")
    counts = [f"{found[each]} {each}" for each in (*SEVERITIES, "other") if found[each]]
    if not counts:
        return "Alerts:    none is open."
    listed = ", ".join(counts)
    return f"Alerts:    {listed} open; `make alerts` shows each with its owner and next step."


def _severity(alert: Alert) -> str:
    return alert.severity if alert.severity in SEVERITIES else "other"


def _table(severity: str, alerts: Sequence[Alert]) -> Table:
    table = Table(
        title=f"{severity}: {len(alerts)}",
        title_justify="left",
        title_style=STYLES.get(severity, "bold"),
        box=None,
        pad_edge=False,
    )
    for heading in ("where", "rule", "owner", "first alarm", "observed", "alert"):
        width = 10 if heading == "first alarm" else None
        table.add_column(heading, overflow="fold", min_width=width)
    for alert in alerts:
        table.add_row(*(escape(cell) for cell in _cells(alert)))
    return table


def _cells(alert: Alert) -> list[str]:
    return [
        alert.place,
        alert.rule or alert.subject or alert.kind.replace("_", " "),
        (alert.owner_team or "").replace("_", " "),
        alarm_dates(alert),
        comparison(alert),
        _message(alert),
    ]


def _message(alert: Alert) -> str:
    step = f"Next step: {alert.next_step}" if alert.next_step else None
    return "\n".join(filter(None, [alert.summary, count_change(alert), step]))


def _decided(alert: Alert) -> str:
    until = f" until {alert.silenced_until}" if alert.silenced_until else ""
    why = f" ({alert.status_reason})" if alert.status_reason else ""
    return escape(f"{alert.status}{until}: {alert.place}: {alert.summary}{why}")
