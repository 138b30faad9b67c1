"""The weekly digest goes once to a real webhook, a real mail server and a file."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from funnel.alerts import channels
from funnel.alerts.settings import WEBHOOK
from funnel.report import words
from funnel.report.digest import send_digest
from tests.python.alert_world import arrived, bodies, free_port, receiver, taken
from tests.python.conftest import Built, query

KEY = "digest-2026-06-22"


@pytest.fixture
def database(built: Built, tmp_path: Path) -> Path:
    """The shared company under a path of its own, beside which the ledger is kept."""
    path = tmp_path / built.database.name
    path.symlink_to(built.database)
    return path


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    found = free_port()
    monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{found}/services/secret")
    monkeypatch.setattr(channels, "BACKOFF_SECONDS", 0.01)
    return found


class Post:
    def __init__(self) -> None:
        self.letters: list[Envelope] = []

    async def handle_DATA(self, _server: object, _session: object, letter: Envelope) -> str:  # noqa: N802
        self.letters.append(letter)
        return "250 taken"


@pytest.fixture
def post() -> Iterator[Controller]:
    server = Controller(Post(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


def _settings(database: Path, text: str) -> Path:
    path = database.with_name("alerts.yml")
    path.write_text(f"channels: {text}\n")
    return path


def _attained(database: Path) -> str:
    """What the markets with a target won of it, from the opportunities and the seed of targets."""
    [(share,)] = query(
        database,
        "select (select sum(won_amount) from marts.dim_opportunities where"
        " date_trunc('quarter', closed_at) = date '2026-04-01'"
        " and funnel in (select funnel from seeds.targets)) / (select sum(target_amount)"
        " from seeds.targets where date_trunc('quarter', target_month) = date '2026-04-01')",
    )
    return words.percent(share)


def test_a_webhook_has_the_digest_of_a_week_once_also_after_it_was_down(
    built: Built, database: Path, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _settings(database, "{slack: {}}")
    assert send_digest(database, settings, built.vars) == 0
    assert "slack: 0 of 1 sent; the rest waits for the next time" in capsys.readouterr().out
    with receiver(port, tmp_path):
        assert send_digest(database, settings, built.vars) == 0
        assert "slack: 1 of 1 sent." in capsys.readouterr().out
        assert send_digest(database, settings, built.vars) == 0
    assert "has the digest of this week already" in capsys.readouterr().out
    assert arrived(tmp_path) == taken(tmp_path) == [KEY]
    [body] = bodies(tmp_path)
    headline = f"Revenue review, week of 22 June: attainment {_attained(database)}"
    assert body["text"].startswith(headline)
    details = body["blocks"][1]["text"]["text"]
    for name in ("attainment", "forecast", "coverage", "bottleneck", "alerts"):
        assert f"*{name}*: " in details
    assert len(details) < 3000


def test_a_mail_has_the_first_screen_in_words_without_people(
    built: Built, database: Path, post: Controller
) -> None:
    settings = _settings(
        database,
        f"{{mail: {{host: 127.0.0.1, port: {post.port}, starttls: false,"
        " sender: funnel@example.com, recipients: [revops@example.com]}}",
    )
    link = "https://reports.example.com/report.html"
    assert send_digest(database, settings, built.vars, link=link) == 0
    [letter] = post.handler.letters
    assert isinstance(letter.content, bytes)
    mail = message_from_bytes(letter.content, policy=policy.default)
    assert mail["Message-ID"] == f"<{KEY}@example.com>"
    text = mail.get_content()
    assert f"attainment: {_attained(database)}, " in text
    assert f"report: {link}" in text
    names = query(
        database,
        "select property_firstname || ' ' || property_lastname from hubspot.contact"
        " where length(property_lastname) > 3",
    )
    assert names
    assert not [name for (name,) in names if name and name in text]
    assert "@" not in text


def test_a_digest_that_is_only_shown_is_sent_to_nobody(
    built: Built, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = database.with_name("alerts.jsonl")
    settings = _settings(database, f"{{file: {{path: {lines}}}}}")
    assert send_digest(database, settings, built.vars, only_show=True) == 0
    assert f"attainment: {_attained(database)}, " in capsys.readouterr().out
    assert not lines.exists()
    assert send_digest(database, settings, built.vars) == 0
    assert [json.loads(line)["key"] for line in lines.read_text().splitlines()] == [KEY]


def test_a_channel_without_digest_has_none_and_faults_are_said(
    built: Built, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = database.with_name("alerts.jsonl")
    settings = _settings(database, f"{{file: {{path: {lines}, digest: false}}}}")
    assert send_digest(database, settings, built.vars) == 0
    assert not lines.exists()
    assert send_digest(database, _settings(database, "{file: {digest: 3}}"), built.vars) == 2
    assert "digest must be true or false" in capsys.readouterr().err
    good = _settings(database, "{}")
    assert send_digest(database, good, {**built.vars, "report_locale": "klingon"}) == 2
    assert "is no locale" in capsys.readouterr().err
    assert send_digest(tmp_path / "none.duckdb", good, {}) == 1
