"""What the tests of alerts share: a table of alerts, and a receiver that can be stopped."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from funnel.run_dbt import ROOT

COLUMNS = """
    alert_key bigint, kind text, severity text, system text, stage text, definition_version bigint,
    rule text, subject text, owner_team text, summary text,
    usual_causes text, next_step text, window_observed_volume bigint,
    window_expected_volume decimal(18, 2), observed_volume bigint,
    expected_volume decimal(18, 2), affected_count bigint, affected_stage text,
    stage_qualified_count bigint, affected_ratio decimal(18, 6),
    value_at_stake_amount decimal(18, 2), value_missing_reason text, counted_stage text,
    qualified_count bigint, earlier_reported_count bigint, largest_driver text,
    largest_change decimal(18, 2), status text, status_reason text, turned_out text,
    window_first_date date, window_last_date date,
    first_seen_date date, last_seen_date date, resolved_date date, silenced_until date
"""
USUAL: dict[str, Any] = {
    "kind": "label_agreement",
    "severity": "warning",
    "system": "hubspot",
    "stage": "mql",
    "definition_version": 2,
    "rule": "large_enough",
    "owner_team": "marketing",
    "summary": "HubSpot set MQL for 93 people whom only the rule large_enough excludes",
    "next_step": "Ask the owner team who changed the rule in the system",
    "window_observed_volume": 93,
    "window_expected_volume": 14.25,
    "observed_volume": 193,
    "expected_volume": 24.25,
    "affected_count": 169,
    "status": "open",
    "window_first_date": "2026-06-25",
    "window_last_date": "2026-06-27",
    "first_seen_date": "2026-06-27",
    "last_seen_date": "2026-06-30",
}


def write_alerts(database: Path, *alerts: dict[str, Any]) -> None:
    """The table as a build would leave it; an alert has the usual values but for those given."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table marts.alerts ({COLUMNS})")
        for alert in alerts:
            row = {**USUAL, **alert}
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            connection.execute(
                f"insert into marts.alerts ({names}) values ({marks})", list(row.values())
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Receiver:
    """The process of webhook_server.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_for(self, point: str) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.strip() == point:
                return
        raise AssertionError(f"the receiver ended before {point}")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def receiver(port: int, folder: Path, stop_at: str = "never") -> Iterator[Receiver]:
    script = ROOT / "tests" / "python" / "webhook_server.py"
    command = [sys.executable, str(script), str(port), str(folder), stop_at]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        started = Receiver(process)
        started.wait_for("ready")
        try:
            yield started
        finally:
            started.kill()


def arrived(folder: Path) -> list[str]:
    return [str(entry) for entry in _notes(folder / "arrived")]


def taken(folder: Path) -> list[str]:
    return [entry["key"] for entry in _notes(folder / "taken")]


def bodies(folder: Path) -> list[dict[str, Any]]:
    return [entry["body"] for entry in _notes(folder / "taken")]


def _notes(path: Path) -> list[Any]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]
