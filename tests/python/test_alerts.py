"""`make alerts` shows what is open, and withholds what may be personal data."""

import csv
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from funnel.alerts.read import Alert, read_alerts
from funnel.alerts.show import brief, precision, show
from funnel.alerts.words import facts, without_people
from funnel.run_dbt import ROOT
from tests.python.alert_world import write_alerts
from tests.python.conftest import Built

KINDS = (
    "label_agreement gradual_change channel_label_agreement score_recalibrated unknown_label"
    " unknown_value vanished_label fill_rate duplicates back_dated reopened overridden"
    " restated_week schema_changed missing_data settings_changed segment_label_agreement"
    " late_labels clock_shifted differs_since_reference"
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    write_alerts(
        path,
        {"alert_key": 1, "summary": "A warning", "first_seen_date": "2026-06-01"},
        {"alert_key": 2, "summary": "An [error]", "severity": "error"},
        {"alert_key": 3, "summary": "A newer warning"},
        {"alert_key": 4, "summary": "Seen", "status": "acknowledged", "status_reason": "We know"},
        {"alert_key": 5, "summary": "Gone", "status": "resolved"},
    )
    return path


def _run(database: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "funnel", "alerts", "--database", str(database), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_worst_and_newest_alerts_are_shown_first_with_the_next_step(database: Path) -> None:
    console = Console(width=200, record=True, quiet=False)
    show(console, read_alerts(database))
    shown = console.export_text()
    places = [shown.index(each) for each in ("An [error]", "A newer warning", "A warning", "Seen")]
    assert places == sorted(places)
    assert "Next step: Ask the owner team" in shown
    assert "acknowledged: hubspot, mql: Seen (We know)" in shown
    assert "Gone" not in shown
    assert brief(read_alerts(database)).startswith(
        "Alerts:    3 open about what the teams and systems do (severity: 1 error, 2 warning);"
    )


def test_what_has_most_at_stake_is_shown_first_then_the_largest_part_of_its_stage(
    tmp_path: Path,
) -> None:
    little = {"summary": "Little", "severity": "error", "value_at_stake_amount": 100}
    much = {"summary": "Much", "severity": "notice", "value_at_stake_amount": 96925.5}
    most_of_it = {"summary": "Most of it", "severity": "notice", "affected_ratio": 0.6375}
    database = tmp_path / "four.duckdb"
    write_alerts(
        database,
        {"alert_key": 1, "summary": "Nobody can tell", "severity": "error"},
        {"alert_key": 2, **most_of_it, "affected_stage": "mql"},
        {"alert_key": 3, **little},
        {"alert_key": 4, **much},
    )
    console = Console(width=200, record=True)
    show(console, read_alerts(database))
    shown = console.export_text()
    places = [shown.index(each) for each in ("Much", "Little", "Most of it", "Nobody can tell")]
    assert places == sorted(places)
    assert "96,926 of expected revenue" in shown
    assert "64% of the journeys that met the definition of mql" in shown


def test_the_facts_of_a_message_are_those_of_the_window_that_alarmed(database: Path) -> None:
    found = facts(read_alerts(database)[0], "opened")
    assert found["window that alarmed"] == "2026-06-25 to 2026-06-27"
    assert found["observed in it"] == "93 (14.2 expected)"


def test_what_moved_most_in_its_week_is_shown(tmp_path: Path) -> None:
    counts = {"counted_stage": "sql", "qualified_count": 1200, "earlier_reported_count": 900}
    moved = {**counts, "largest_driver": "large_enough", "largest_change": 250}
    write_alerts(tmp_path / "one.duckdb", {"alert_key": 1, **moved})
    console = Console(width=200, record=True)
    (alert,) = read_alerts(tmp_path / "one.duckdb")
    show(console, [alert])
    sentence = "sql: 1,200, after 900 the week before; largest part: large enough (+250.0)"
    assert sentence in console.export_text()
    assert facts(alert, "opened")["that week"] == sentence


def test_the_summary_of_a_build_counts_open_alerts(built: Built, tmp_path: Path) -> None:
    database = tmp_path / built.database.name
    shutil.copy(built.database, database)
    write_alerts(database, {"alert_key": 1, "severity": "error"}, {"alert_key": 2})
    command = [sys.executable, "-m", "funnel", "summary", "--database", str(database)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert (
        "2 open about what the teams and systems do (severity: 1 error, 1 warning); `make alerts`"
        in done.stdout
    )


def test_precision_is_the_share_of_resolved_alerts_that_were_a_change(tmp_path: Path) -> None:
    outcomes = ["drift", "drift", "agreed", "false", None]
    database = tmp_path / "five.duckdb"
    write_alerts(
        database, *({"alert_key": key, "turned_out": each} for key, each in enumerate(outcomes))
    )
    console = Console(width=200, record=True)
    show(console, read_alerts(database))
    wanted = "Of 4 resolved alerts 3 were right (75%): 2 drift, 1 agreed changes; 1 false."
    assert wanted in console.export_text()
    assert precision([]) == ""


def test_every_kind_has_a_next_step() -> None:
    with (ROOT / "seeds" / "alert_next_steps.csv").open(newline="") as file:
        assert [row["kind"] for row in csv.DictReader(file)] == KINDS.split()


def test_every_sentence_of_a_monitor_has_known_placeholders_only() -> None:
    texts = "system stage rule rule_note subject subject_words channel above_or_below when window"
    texts += " so_far replaced expected usually_above_or_below"
    numbers = "observed missed total affected points usual ongoing"
    known = set(f"{texts} first_alarm {numbers} week others".split())
    with (ROOT / "seeds" / "drift_monitors.csv").open(newline="") as file:
        sentences = [row["sentence"] for row in csv.DictReader(file)]
    for sentence in sentences:
        used = re.findall(r"{(\w+)(?::[^|}]*[|][^}]*)?}", sentence)
        assert used, sentence
        assert set(used) <= known, sentence
        assert len(used) == sentence.count("{"), sentence


def test_a_database_without_alerts_is_reported_in_one_sentence(tmp_path: Path) -> None:
    nowhere = _run(tmp_path / "none.duckdb")
    assert (nowhere.returncode, nowhere.stdout.count("\n")) == (0, 1)
    assert "run `make build` first" in nowhere.stdout
    text = tmp_path / "text.duckdb"
    text.write_text("not a database")
    assert _run(text).returncode == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("channels: {pigeon: {}}", "there is no channel pigeon"),
        ("channels: {slack: {url: x}}", "slack has no option url"),
        ("channels: {slack: true}", "slack has True where its options should be"),
        ("channels: {slack: {least_severity: low}}", "least_severity must be one of"),
        ("channels: {file: {path: [a]}}", "path must be text"),
        ("channels: {mail: {host: x}}", "it needs a host, a sender and a list of recipients"),
        (
            "channels: {mail: {host: x, sender: a@b, recipients: [c@d], user: u, starttls: false}}",
            "a password is sent only with starttls: true",
        ),
        ("channels: [slack]", "must name its channels under `channels:`"),
        ("channels: {", "is not YAML"),
    ],
)
def test_wrong_settings_are_a_usage_error(
    settings: str, sentence: str, database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "alerts.yml"
    path.write_text(settings)
    done = _run(database, "--settings", str(path))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_alerts_that_are_only_shown_are_not_sent(database: Path, tmp_path: Path) -> None:
    path, file = tmp_path / "alerts.yml", tmp_path / "alerts.jsonl"
    path.write_text(json.dumps({"channels": {"file": {"path": str(file)}}}))
    _run(database, "--settings", str(path), "--only-show")
    assert not file.exists()
    _run(database, "--settings", str(path))
    assert len(file.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("New value ann.lee@acme.example in country", "New value (address) in country"),
        ("Écrivez à élise@münchen.example, vite", "Écrivez à (address), vite"),
        ("Call +49 170 123-4567 or (030) 1234567", "Call (number) or (number)"),
        (
            "Since 18 May 2026 (112 leads). Call 0301234567",
            "Since 18 May 2026 (112 leads). Call (number)",
        ),
        ("Since 2026-06-27 in 12,345 records", "Since 2026-06-27 in 12,345 records"),
        ("Between 2026-06-20 and 2026-06-27: 1450 leads", None),
    ],
)
def test_addresses_and_telephone_numbers_are_masked(text: str, masked: str | None) -> None:
    assert without_people(_alert(summary=text)).summary == (masked or text)


def test_a_value_of_few_records_may_be_a_name_and_is_withheld() -> None:
    rare = _alert(subject="Ann Lee", summary="Unknown country Ann Lee", affected_count=4)
    assert without_people(rare).summary == "Unknown country (value hidden: fewer than 5 records)"
    assert without_people(rare).subject == "(value hidden: fewer than 5 records)"
    often = replace(rare, affected_count=5)
    assert without_people(often) == often


def _alert(summary: str, subject: str | None = None, affected_count: int | None = None) -> Alert:
    day = date(2026, 6, 27)
    start = (1, "unknown_value", "warning", "hubspot", "mql", 2, "served_country", subject, "sales")
    volumes = (1, None, 1, None, affected_count)
    stake = (None, None, None, None, None)
    changes = (None, None, None, None, None)
    days = (day, day, day, day, None, None)
    known = (*start, summary)
    return Alert(*known, None, None, *volumes, *stake, *changes, "open", None, None, *days)
