"""The demo company's alerts: every planted drift is named, and before them there is quiet."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from demo.drifts import DRIFTS
from demo.generate import generate
from demo.load import load
from tests.python.conftest import SEED, UNTIL, messages, query
from tools.run_dbt import run_dbt

# Some nine people a day: each drift is large enough to be told from chance.
PEOPLE = 8000
QUIET_SINCE, QUIET_UNTIL = date(2025, 1, 1), date(2026, 3, 2)
DAYS_FOR_ONE_FALSE_ALARM = 90
TOLD_WITHIN = timedelta(days=7)


class Alert(NamedTuple):
    """What an alert says that a planted drift says too."""

    kind: str
    system: str
    rule: str | None
    subject: str | None
    owner_team: str
    first_seen: date


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> list[Alert]:
    """Every alert of the whole company, resolved ones too."""
    folder = tmp_path_factory.mktemp("drifting")
    database = folder / "revenue_funnel.duckdb"
    generate(PEOPLE, SEED, UNTIL, folder / "demo")
    load(folder / "demo", database)
    return _alerts(database, folder / "target")


def _alerts(database: Path, target: Path) -> list[Alert]:
    arguments = ["build", "--quiet", "--select", "+alerts"]
    no_tests = ["--exclude-resource-type", "test", "unit_test"]
    outcome = run_dbt([*arguments, *no_tests], database, target, {"cutoff": str(UNTIL)})
    assert outcome.success, messages(outcome)
    names = "kind, system, rule, subject, owner_team, first_seen_date"
    return [Alert(*row) for row in query(database, f"select {names} from marts.alerts")]


def test_the_quiet_year_has_no_more_alerts_than_chance_gives(alerts: list[Alert]) -> None:
    assert min(drift.since for drift in DRIFTS.values()) >= datetime(2026, 3, 2).timestamp()
    told = [alert for alert in alerts if QUIET_SINCE <= alert.first_seen < QUIET_UNTIL]
    assert len(told) <= (QUIET_UNTIL - QUIET_SINCE).days / DAYS_FOR_ONE_FALSE_ALARM, told


@pytest.mark.parametrize("name", DRIFTS)
def test_a_planted_drift_is_named_with_its_rule_and_team(alerts: list[Alert], name: str) -> None:
    drift = DRIFTS[name]
    since = date.fromisoformat(drift.valid_from)
    subject = drift.subject.lower() if drift.subject else None
    told = [
        alert
        for alert in alerts
        if (alert.kind, alert.system) == (drift.kind, drift.system)
        and since <= alert.first_seen <= since + TOLD_WITHIN
        and alert.owner_team == drift.owner_team
        and (drift.rule is None or alert.rule == drift.rule)
        and (drift.rule or subject is None or (alert.subject or "").lower() == subject)
    ]
    assert told, [alert for alert in alerts if alert.first_seen >= since]
