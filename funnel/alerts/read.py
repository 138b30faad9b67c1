"""Reads the alerts of a build."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from funnel.open_warehouse import open_warehouse
from funnel.places import BUILD_FIRST, unreadable

SEVERITIES = ("error", "warning", "notice")


@dataclass(frozen=True)
class Alert:
    """One row of marts.alerts: one cause in one episode of time."""

    alert_key: int
    kind: str
    severity: str
    system: str | None
    stage: str | None
    definition_version: int | None
    rule: str | None
    subject: str | None
    owner_team: str | None
    summary: str
    usual_causes: str | None
    next_step: str | None
    window_observed_volume: int | None
    window_expected_volume: Decimal | None
    observed_volume: int | None
    expected_volume: Decimal | None
    affected_count: int | None
    affected_stage: str | None
    stage_qualified_count: int | None
    affected_ratio: Decimal | None
    value_at_stake_amount: Decimal | None
    value_missing_reason: str | None
    counted_stage: str | None
    qualified_count: int | None
    earlier_reported_count: int | None
    largest_driver: str | None
    largest_change: Decimal | None
    status: str
    status_reason: str | None
    turned_out: str | None
    window_first_date: date | None
    window_last_date: date | None
    first_seen_date: date | None
    last_seen_date: date | None
    resolved_date: date | None
    silenced_until: date | None

    @property
    def place(self) -> str:
        parts = (self.system, self.stage)
        return ", ".join(part for part in parts if part and part != "none") or "all systems"


class NoAlertsError(Exception):
    """The database has no alerts to read, and why."""


def read_alerts(database: Path) -> list[Alert]:
    """Every alert: what has most at stake first, then the worst and newest."""
    if not database.exists():
        raise NoAlertsError(f"There is no database {database}: {BUILD_FIRST}.")
    try:
        with open_warehouse(database) as connection:
            return read_from(connection)
    except duckdb.CatalogException:
        raise NoAlertsError(f"{database} has no table marts.alerts: {BUILD_FIRST}.") from None
    except duckdb.Error as error:
        raise NoAlertsError(unreadable(database, error)) from None


def read_from(connection: duckdb.DuckDBPyConnection, catalog: str = "") -> list[Alert]:
    names = [field.name for field in fields(Alert)]
    rows = connection.execute(f"select {', '.join(names)} from {catalog}marts.alerts").fetchall()
    return sorted((Alert(*row) for row in rows), key=_rank)


def _rank(alert: Alert) -> tuple[Decimal, Decimal, int, int, int]:
    known = alert.severity in SEVERITIES
    seen = alert.first_seen_date.toordinal() if alert.first_seen_date else 0
    rank = SEVERITIES.index(alert.severity) if known else len(SEVERITIES)
    value = alert.value_at_stake_amount or Decimal(0)
    return -value, -(alert.affected_ratio or Decimal(0)), rank, -seen, alert.alert_key
