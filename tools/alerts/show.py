"""Shows on a terminal what is open."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.alerts.read import SEVERITIES, Alert
from tools.alerts.words import comparison, count_change, spell, without_people

STYLES = {"error": "bold red", "warning": "bold yellow", "notice": "bold"}


def show(console: Console, alerts: Sequence[Alert]) -> None:
    """What is open, by severity; what is acknowledged or silenced is counted."""
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
            console.print(_set_aside(alert), highlight=False, soft_wrap=True)


def brief(alerts: Iterable[Alert]) -> str:
    """One sentence on what is open."""
    found = Counter(_severity(alert) for alert in alerts if alert.status == "open")
    counts = [f"{found[each]} {each}" for each in (*SEVERITIES, "other") if found[each]]
    if not counts:
        return "Alerts:    none is open."
    return f"Alerts:    {', '.join(counts)} open; `make alerts` says what, where, and what to do."


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
    for heading in ("where", "rule", "owner", "since", "observed", "what, and what to do"):
        table.add_column(heading, overflow="fold", min_width=10 if heading == "since" else None)
    for alert in alerts:
        table.add_row(*(escape(cell) for cell in _cells(alert)))
    return table


def _cells(alert: Alert) -> list[str]:
    return [
        alert.place,
        alert.rule or alert.subject or alert.kind.replace("_", " "),
        (alert.owner_team or "").replace("_", " "),
        spell(alert),
        comparison(alert),
        "\n".join(filter(None, [alert.summary, count_change(alert), f"-> {alert.next_step}"])),
    ]


def _set_aside(alert: Alert) -> str:
    until = f" until {alert.silenced_until}" if alert.silenced_until else ""
    why = f" ({alert.status_reason})" if alert.status_reason else ""
    return escape(f"{alert.status}{until}: {alert.place}: {alert.summary}{why}")
