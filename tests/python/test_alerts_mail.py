"""Alerts go by mail to a real server, and into a file."""

import json
import ssl
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from funnel.alerts import channels
from funnel.alerts.channels import append
from funnel.alerts.deliver import deliver
from funnel.alerts.ledger import Message
from funnel.alerts.read import read_alerts
from funnel.alerts.settings import PASSWORD, File, Mail
from tests.python.alert_world import free_port, write_alerts

SECRET = "open sesame 4711"


class Post:
    """Keeps the letters. Gives the listed answers first, then accepts all."""

    def __init__(self, *answers: str) -> None:
        self.letters: list[Envelope] = []
        self.answers = list(answers)

    async def handle_DATA(self, _server: Any, _session: Session, letter: Envelope) -> str:  # noqa: N802
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        self.letters.append(letter)
        return "250 taken"


def _authenticated(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
    good = LoginPassword(b"funnel", SECRET.encode())
    return AuthResult(success=data == good, handled=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for localhost, with its key, as a mail server would have."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    made = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *kind, *names, *made], check=True, capture_output=True)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    write_alerts(path, {"alert_key": 1}, {"alert_key": 2, "severity": "notice"})
    return path


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    monkeypatch.setattr(channels, "BACKOFF_SECONDS", 0.01)
    server = Controller(Post(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


def _mail(server: Controller, **options: Any) -> dict[str, Mail]:
    usual: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "starttls": False,
        "sender": "Revenue Funnel <funnel@example.com>",
        "recipients": ["revops@example.com", "sales@example.com"],
    }
    return {"mail": Mail(**{**usual, **options})}


def _deliver(database: Path, settings: dict[str, Any]) -> list[str]:
    return list(deliver(read_alerts(database), settings, database))


def _header(letter: Envelope, name: str) -> str:
    content = letter.content
    assert isinstance(content, bytes)
    return str(message_from_bytes(content)[name])


def test_a_mail_is_sent_once_and_the_resolution_replies_to_it(
    database: Path, plain: Controller
) -> None:
    assert _deliver(database, _mail(plain)) == ["mail: 2 of 2 sent."]
    assert _deliver(database, _mail(plain)) == []
    write_alerts(database, {"alert_key": 1, "status": "resolved", "resolved_date": "2026-07-02"})
    assert _deliver(database, _mail(plain)) == ["mail: 1 of 1 sent."]
    first, _, last = plain.handler.letters
    assert first.rcpt_tos == ["revops@example.com", "sales@example.com"]
    assert _header(first, "Message-ID") == "<1-opened@example.com>"
    assert _header(last, "In-Reply-To") == "<1-opened@example.com>"
    assert _header(first, "Subject").startswith("WARNING: HubSpot set MQL for 93 people")
    assert b"next step: Ask the owner team" in first.content.replace(b"=\r\n", b"")


def test_a_mail_waits_for_a_server_that_is_busy_or_gone(database: Path, plain: Controller) -> None:
    plain.handler.answers = ["451 later", "421 closing", "250 taken", "554 never"]
    settings = _mail(plain)
    assert _deliver(database, settings) == [
        "mail: 1 of 2 sent; the rest waits for the next time: the mail server answered 554."
    ]
    elsewhere = _mail(plain, port=free_port())
    assert _deliver(database, elsewhere) == [
        "mail: 0 of 1 sent; the rest waits for the next time:"
        " no valid answer (ConnectionRefusedError)."
    ]
    assert _deliver(database, settings) == ["mail: 1 of 1 sent."]
    keys = [_header(letter, "Message-ID") for letter in plain.handler.letters]
    assert keys == ["<1-opened@example.com>", "<2-opened@example.com>"]


@pytest.mark.parametrize("password", [SECRET, "wrong"])
def test_a_mail_goes_over_tls_with_a_login_and_never_without(
    password: str, certificate: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    monkeypatch.setenv(PASSWORD, password)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.with_suffix(".crt"), certificate)
    server = Controller(
        Post(),
        hostname="localhost",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_authenticated,
    )
    server.start()
    results = _deliver(database, _mail(server, host="localhost", starttls=True, user="funnel"))
    server.stop()
    if password == SECRET:
        assert results == ["mail: 2 of 2 sent."]
    else:
        assert "the mail server answered 535" in results[0]
    assert len(server.handler.letters) == (2 if password == SECRET else 0)
    assert SECRET not in " ".join(results)
    ledger = database.with_name(database.name + ".alerts")
    assert SECRET.encode() not in ledger.read_bytes()


def test_a_channel_is_sent_only_what_its_filter_lets_through(
    database: Path, plain: Controller
) -> None:
    write_alerts(
        database,
        {"alert_key": 1, "severity": "error", "owner_team": "sales"},
        {"alert_key": 2, "severity": "error"},
        {"alert_key": 3, "owner_team": "sales"},
    )
    _deliver(database, _mail(plain, least_severity="error", teams=["sales"]))
    assert [_header(letter, "Message-ID") for letter in plain.handler.letters] == [
        "<1-opened@example.com>"
    ]


def test_the_file_has_each_whole_line_once_after_a_writer_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "alerts.jsonl"
    one, two = (Message(key, "file", {"data": {"alert_key": key}}) for key in ("1", "2"))
    append(path, one)
    append(path, one)
    with path.open("ab") as file:
        file.write(b'{"key": "2", "ale')
    append(path, two)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["key"] for line in lines] == ["1", "2"]


def test_a_file_that_cannot_be_written_is_a_warning(database: Path, tmp_path: Path) -> None:
    for path, why in ((tmp_path, "Is a directory"), (database / "a.jsonl", "File exists")):
        results = _deliver(database, {"file": File(path=str(path))})
        assert results == [
            f"file: 0 of 2 sent; the rest waits for the next time: {path} can't be written ({why})."
        ]
