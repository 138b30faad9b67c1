"""Alerts go to a webhook once each, whatever dies on the way."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from funnel.alerts import channels
from funnel.alerts.deliver import deliver
from funnel.alerts.read import read_alerts
from funnel.alerts.settings import WEBHOOK, Slack
from funnel.run_dbt import ROOT
from tests.python.alert_world import (
    arrived,
    bodies,
    free_port,
    receiver,
    taken,
    write_alerts,
)

KEYS = [f"{number}-opened" for number in (1, 2, 3)]
# A part of the webhook's address that nobody may read.
SECRET = "T0AND0B0SECRET"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    write_alerts(path, *({"alert_key": number} for number in (1, 2, 3)))
    return path


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    found = free_port()
    monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{found}/services/{SECRET}")
    monkeypatch.setattr(channels, "BACKOFF_SECONDS", 0.01)
    return found


def _deliver(database: Path) -> list[str]:
    return list(deliver(read_alerts(database), {"slack": Slack()}, database))


def _command(database: Path) -> list[str]:
    settings = database.with_name("alerts.yml")
    settings.write_text("channels: {slack: {}}\n")
    command = [sys.executable, "-m", "funnel", "alerts", "--settings", str(settings)]
    return [*command, "--database", str(database)]


def test_an_alert_is_sent_once_and_its_resolution_once(
    database: Path, port: int, tmp_path: Path
) -> None:
    with receiver(port, tmp_path):
        assert _deliver(database) == ["slack: 3 of 3 sent."]
        assert _deliver(database) == []
        gone = {"alert_key": 1, "status": "resolved", "resolved_date": "2026-07-02"}
        never_sent = {"alert_key": 9, "status": "resolved", "resolved_date": "2026-05-02"}
        quiet = {"alert_key": 8, "status": "silenced", "silenced_until": "2026-09-01"}
        seen = {"alert_key": 7, "status": "acknowledged"}
        write_alerts(database, gone, never_sent, quiet, seen, {"alert_key": 2}, {"alert_key": 3})
        assert _deliver(database) == ["slack: 1 of 1 sent."]
        assert _deliver(database) == []
    assert arrived(tmp_path) == [*KEYS, "1-resolved"]
    assert bodies(tmp_path)[3]["text"].startswith("RESOLVED: ")


def test_the_message_is_what_slack_accepts(port: int, tmp_path: Path) -> None:
    database = tmp_path / "one.duckdb"
    write_alerts(database, {"alert_key": 5, "summary": "<!channel> & <@ann> label " + "x" * 9000})
    with receiver(port, tmp_path):
        _deliver(database)
    body = bodies(tmp_path)[0]
    assert set(body) == {"text", "blocks"}
    assert body["text"].startswith("WARNING: &lt;!channel&gt; &amp; &lt;@ann&gt;")
    texts = [block["text"]["text"] for block in body["blocks"] if block["type"] == "section"]
    assert all(len(text) <= 3000 for text in texts)
    assert "*observed in it*: 93 (14.2 expected)" in texts[1]
    assert "*next step*: " in texts[1]


@pytest.mark.parametrize(
    ("point", "is_decidable"),
    [
        ("before_reading", True),
        ("before_taking", True),
        ("before_answering", False),
        ("while_answering", False),
        ("before_the_body", True),
    ],
)
def test_a_killed_receiver_loses_no_alert_and_gets_none_twice(
    point: str, is_decidable: bool, database: Path, port: int, tmp_path: Path
) -> None:
    with receiver(port, tmp_path, stop_at=point) as dying:
        sending = threading.Thread(target=_deliver, args=[database])
        sending.start()
        dying.wait_for(point)
        dying.kill()
        sending.join()
    with receiver(port, tmp_path):
        _deliver(database)
        assert _deliver(database) == []
    assert taken(tmp_path) == KEYS
    # Where the receiver had taken it and not said so, it comes again, and the key tells.
    read_again = 1 if point in ("before_taking", "before_answering", "while_answering") else 0
    assert len(arrived(tmp_path)) == len(KEYS) + read_again
    assert is_decidable or arrived(tmp_path).count(KEYS[0]) == 2


@pytest.mark.parametrize("point", ["before_reading", "before_taking", "before_answering"])
def test_a_killed_sender_loses_no_alert_and_sends_none_twice(
    point: str, database: Path, port: int, tmp_path: Path
) -> None:
    with receiver(port, tmp_path, stop_at=point) as slow:
        with subprocess.Popen(_command(database), cwd=ROOT, stdout=subprocess.DEVNULL) as sending:
            slow.wait_for(point)
            sending.send_signal(signal.SIGKILL)
        slow.kill()
    with receiver(port, tmp_path):
        assert _deliver(database) == ["slack: 3 of 3 sent."]
    assert taken(tmp_path) == KEYS


def test_a_sender_killed_at_any_moment_loses_no_alert_and_sends_none_twice(
    port: int, tmp_path: Path
) -> None:
    database, numbers = tmp_path / "many.duckdb", range(100, 140)
    write_alerts(database, *({"alert_key": number} for number in numbers))
    moments = random.Random(7)
    kills = 6
    with receiver(port, tmp_path):
        for _ in range(kills):
            before = len(arrived(tmp_path))
            with subprocess.Popen(_command(database), cwd=ROOT, stdout=subprocess.DEVNULL) as one:
                while len(arrived(tmp_path)) == before and one.poll() is None:
                    time.sleep(0.002)
                time.sleep(moments.uniform(0, 0.03))
                one.send_signal(signal.SIGKILL)
        assert len(taken(tmp_path)) < len(numbers), "no sender was killed at work"
        _deliver(database)
    assert taken(tmp_path) == [f"{number}-opened" for number in numbers]
    assert len(arrived(tmp_path)) <= len(numbers) + kills


def test_two_senders_at_once_send_nothing_twice(database: Path, port: int, tmp_path: Path) -> None:
    with receiver(port, tmp_path, stop_at="before_taking") as slow:
        first = subprocess.Popen(_command(database), cwd=ROOT, stdout=subprocess.DEVNULL)
        slow.wait_for("before_taking")
        assert _deliver(database) == [
            "Another run is sending alerts just now: nothing was sent by this one."
        ]
        first.kill()
        first.wait()
    assert arrived(tmp_path) == KEYS[:1]


@pytest.mark.parametrize("status", ["404", "503", "302"])
def test_a_refusal_is_a_warning_without_a_secret(
    status: str, database: Path, port: int, tmp_path: Path
) -> None:
    with receiver(port, tmp_path, stop_at=status):
        done = subprocess.run(_command(database), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    answer = f"the webhook in {WEBHOOK} answered {status}."
    assert f"0 of 3 sent; the rest waits for the next time: {answer}" in done.stdout
    # What may come right by itself is tried four times and holds back the rest.
    expected = KEYS[:1] * 4 if status == "503" else KEYS
    assert arrived(tmp_path) == expected
    _finds_nowhere(SECRET, tmp_path, done)


@pytest.mark.parametrize("address", ["", "no address", "http://127.0.0.1:{port}/{secret}"])
def test_no_receiver_is_a_warning_without_a_secret(
    address: str, database: Path, port: int, tmp_path: Path
) -> None:
    secrets = {WEBHOOK: address.format(port=port, secret=SECRET)}
    done = subprocess.run(
        _command(database), cwd=ROOT, capture_output=True, text=True, env={**os.environ, **secrets}
    )
    assert done.returncode == 0
    assert "slack: 0 of 3 sent; the rest waits for the next time: " in done.stdout
    _finds_nowhere(SECRET, tmp_path, done)


def test_no_log_contains_a_secret(
    database: Path, port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else in the process has logs written."""
    caplog.set_level("DEBUG")
    assert port
    assert "0 of 3 sent" in _deliver(database)[0]
    with receiver(port, tmp_path):
        assert _deliver(database) == ["slack: 3 of 3 sent."]
    assert SECRET not in caplog.text


def _finds_nowhere(secret: str, folder: Path, done: "subprocess.CompletedProcess[str]") -> None:
    assert secret not in done.stdout + done.stderr
    for path in folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
