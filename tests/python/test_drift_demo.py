"""The demo company's alerts: every planted drift is named, and before them hardly any alert."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from funnel.demo.drifts import DRIFTS
from funnel.demo.generate import generate
from funnel.demo.load import load
from tests.python.conftest import SEED, UNTIL, messages, query
from tests.python.warm_dbt import run_dbt

# About nine people a day: each drift is large enough to be detected.
PEOPLE = 8000
QUIET_SINCE, QUIET_UNTIL = date(2025, 1, 1), date(2026, 3, 2)
DAYS_FOR_ONE_FALSE_ALARM = 90
ALERT_WITHIN = timedelta(days=7)


class Alert(NamedTuple):
    """The part of an alert that a planted drift names too."""

    kind: str
    system: str
    rule: str | None
    subject: str | None
    owner_team: str
    first_seen: date
    summary: str


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
    names = "kind, system, rule, subject, owner_team, first_seen_date, summary"
    return [Alert(*row) for row in query(database, f"select {names} from marts.alerts")]


def test_the_quiet_year_has_no_more_false_alerts_than_allowed(alerts: list[Alert]) -> None:
    assert min(drift.since for drift in DRIFTS.values()) >= datetime(2026, 3, 2).timestamp()
    quiet = [alert for alert in alerts if QUIET_SINCE <= alert.first_seen < QUIET_UNTIL]
    assert len(quiet) <= (QUIET_UNTIL - QUIET_SINCE).days / DAYS_FOR_ONE_FALSE_ALARM, quiet


@pytest.mark.parametrize("name", DRIFTS)
def test_a_planted_drift_is_named_with_its_rule_and_team(alerts: list[Alert], name: str) -> None:
    drift = DRIFTS[name]
    since = date.fromisoformat(drift.valid_from)
    subject = drift.subject.lower() if drift.subject else None
    found = [
        alert
        for alert in alerts
        if (alert.kind, alert.system) == (drift.kind, drift.system)
        and since <= alert.first_seen <= since + ALERT_WITHIN
        and alert.owner_team == drift.owner_team
        and (drift.rule is None or alert.rule == drift.rule)
        and (drift.rule or subject is None or (alert.subject or "").lower() == subject)
    ]
    assert found, [alert for alert in alerts if alert.first_seen >= since]


def test_an_alert_reads_like_a_message_of_a_colleague(alerts: list[Alert]) -> None:
    summaries = {alert.kind: alert.summary for alert in alerts if alert.first_seen >= QUIET_UNTIL}
    expected = (
        "HubSpot's lead score is 1[0-9] points above the score of the agreed definition, on average"
        " over [0-9,]+ people, since 18 May 2026 [(]usually [01] points?( above| below)?[)]"
    )
    assert re.match(expected, summaries["score_recalibrated"])
    assert 'It probably replaces "Working - Contacted" (SAL)' in summaries["unknown_label"]
    assert "vanished_label" not in summaries
    assert not [summary for summary in summaries.values() if "{" in summary or "  " in summary]
