"""Posts a message to a Slack-compatible webhook."""

import logging
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from funnel.alerts.ledger import Message
from funnel.alerts.settings import WEBHOOK
from funnel.alerts.trouble import RefusedError, UnreachableError

# Slack accepts 3,000 characters, with the markup around them.
LONGEST_TEXT = 2900


def post(address: str, message: Message, patience: Retry, seconds: float) -> None:
    """Returns when the receiver has confirmed the message."""
    # Its log of failed tries would contain the address, which is a secret.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=patience))
            answer = session.post(
                address,
                json=payload(message),
                headers={"Idempotency-Key": message.key},
                timeout=seconds,
                allow_redirects=False,
                # The status is the answer: what follows it need not arrive.
                stream=True,
            )
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.RetryError) as error:
        raise UnreachableError(
            f"the webhook in {WEBHOOK} gave no answer ({type(error).__name__})"
        ) from None
    except (requests.RequestException, ValueError) as error:
        raise RefusedError(
            f"the webhook in {WEBHOOK} can't be used ({type(error).__name__})"
        ) from None
    _check(answer.status_code, patience)


def _check(status: int, patience: Retry) -> None:
    if 200 <= status < 300:
        return
    kind = UnreachableError if status in patience.status_forcelist else RefusedError
    raise kind(f"the webhook in {WEBHOOK} answered {status}")


def payload(message: Message) -> dict[str, Any]:
    """The text for notifications, and the blocks with the details."""
    headline = _escaped(message.body["headline"])
    rest = [f"*{name}*: {_escaped(value)}" for name, value in message.body["facts"].items()]
    return {
        "text": headline,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*{headline}*"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": _cut("\n".join(rest))}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": message.key}]},
        ],
    }


def _escaped(text: str) -> str:
    """Characters that Slack would read as a link or a mention are escaped."""
    return _cut(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _cut(text: str) -> str:
    return text if len(text) < LONGEST_TEXT else text[: LONGEST_TEXT - 4] + "..."
