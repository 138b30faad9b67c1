"""The channels: a webhook, e-mail, a file. Each sends one message, or raises why it could not."""

import json
import os
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

from funnel.alerts import webhook
from funnel.alerts.ledger import Message
from funnel.alerts.settings import PASSWORD, WEBHOOK, Channel, File, Mail, Slack
from funnel.alerts.trouble import RefusedError, UnreachableError

Send = Callable[[Message], None]

# How long to wait for an answer, and the first step of the waits between tries.
SECONDS = 10.0
BACKOFF_SECONDS = 0.5


def patience() -> Retry:
    """Three more tries: at once, after a second, after two; or when the receiver asks for it."""
    return Retry(
        total=3,
        backoff_factor=BACKOFF_SECONDS,
        retry_after_max=30,
        status_forcelist=[408, 425, 429, 500, 502, 503, 504],
        allowed_methods=None,
        redirect=0,
        raise_on_status=False,
    )


def sender(channel: Channel) -> Send:
    """How a message goes out on the channel."""
    if isinstance(channel, File):
        return lambda message: append(Path(channel.path), message)
    if isinstance(channel, Slack):
        address = _secret(WEBHOOK)
        return lambda message: webhook.post(address, message, patience(), SECONDS)
    password = _secret(PASSWORD) if channel.user else ""
    return lambda message: _patiently(lambda: mail(channel, password, message))


def append(path: Path, message: Message) -> None:
    """One line, on the disk before it counts as sent; a line that is there is not repeated."""
    line = json.dumps({"key": message.key, **message.body["data"]}).encode() + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            file.seek(0)
            lines = file.read().splitlines(keepends=True)
            if lines and not lines[-1].endswith(b"\n"):
                # Left by a writer that was killed: its message is sent again, whole.
                file.truncate(sum(map(len, lines[:-1])))
            if line not in lines:
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnreachableError(f"{path} can't be written ({error.strerror})") from None


def mail(channel: Mail, password: str, message: Message) -> None:
    """One mail whose Message-ID is the same each time it is sent."""
    try:
        with smtplib.SMTP(channel.host, channel.port, timeout=SECONDS) as server:
            if channel.starttls:
                server.starttls(context=ssl.create_default_context())
            if channel.user:
                server.login(channel.user, password)
            server.send_message(letter(channel, message))
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
        raise UnreachableError(_named(error)) from None
    except smtplib.SMTPResponseException as error:
        kind = UnreachableError if 400 <= error.smtp_code < 500 else RefusedError
        raise kind(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPException as error:
        raise RefusedError(_named(error)) from None
    except OSError as error:
        raise UnreachableError(_named(error)) from None
    except ValueError as error:
        raise RefusedError(_named(error)) from None


def letter(channel: Mail, message: Message) -> EmailMessage:
    found = EmailMessage()
    found["From"], found["To"] = channel.sender, ", ".join(channel.recipients)
    found["Subject"] = " ".join(str(message.body["headline"]).split())[:150]
    found["Date"] = formatdate()
    host = channel.sender.rpartition("@")[2].rstrip("> ") or "localhost"
    found["Message-ID"] = f"<{message.key}@{host}>"
    alert, _, change = message.key.rpartition("-")
    if change == "resolved":
        found["In-Reply-To"] = found["References"] = f"<{alert}-opened@{host}>"
    rest = [f"{name}: {value}" for name, value in message.body["facts"].items()]
    found.set_content("\n".join([message.body["headline"], "", *rest, ""]))
    return found


def _patiently(send: Callable[[], None]) -> None:
    retry = patience()
    while True:
        try:
            return send()
        except UnreachableError as error:
            try:
                retry = retry.increment(error=error)
            except MaxRetryError:
                raise error from None
            retry.sleep()


def _secret(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise UnreachableError(f"the environment has no {name}")
    return value


def _named(error: Exception) -> str:
    """Only the type of the error: its text may contain an address or what was sent."""
    return f"no valid answer ({type(error).__name__})"
