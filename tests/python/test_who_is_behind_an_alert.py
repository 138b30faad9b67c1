"""The analysis of docs/alerts.md lists the very persons that an alert has counted."""

import shutil
from pathlib import Path

from tests.python.conftest import Built, messages, query
from tests.python.warm_dbt import run_dbt

# Alerts about labels, of whatever status, and how many labels and persons they count.
ALERTS = """
    select alerts.alert_key, alerts.observed_volume, alerts.affected_count
    from marts.alerts inner join seeds.drift_monitors as monitors using (monitor)
    where monitors.method = 'labels'
"""


def test_the_persons_behind_an_alert_are_those_it_counted(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.target, tmp_path / "target")
    name = "who_is_behind_an_alert"
    outcome = run_dbt(
        ["compile", "--quiet", "--select", name], built.database, tmp_path / "target", built.vars
    )
    assert outcome.success, messages(outcome)
    sql = next((tmp_path / "target" / "compiled").rglob(f"{name}.sql")).read_text()
    alerts = query(built.database, ALERTS)
    assert alerts != []
    for alert_key, labels, persons in alerts:
        assert "status = 'open'" in sql
        rows = query(built.database, sql.replace("status = 'open'", f"alert_key = {alert_key}"))
        assert len(rows) == labels
        assert len({row[1] for row in rows}) == persons
