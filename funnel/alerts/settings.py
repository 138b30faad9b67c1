"""Which channels are sent what: `alerts.yml`. Secrets come from the environment only."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from funnel.alerts.read import SEVERITIES, Alert

WEBHOOK = "REVENUE_FUNNEL_SLACK_WEBHOOK"
PASSWORD = "REVENUE_FUNNEL_SMTP_PASSWORD"


class SettingsError(Exception):
    """What is wrong with alerts.yml, in one sentence."""


@dataclass(frozen=True)
class Filter:
    """What a channel is sent."""

    least_severity: str = "notice"
    teams: list[str] = field(default_factory=list)
    # Whether it is sent the weekly digest of the report, too.
    digest: bool = True

    def wants(self, alert: Alert) -> bool:
        least = SEVERITIES.index(self.least_severity)
        is_known = alert.severity in SEVERITIES
        is_severe = not is_known or SEVERITIES.index(alert.severity) <= least
        return is_severe and (not self.teams or alert.owner_team in self.teams)


@dataclass(frozen=True)
class Slack(Filter):
    """Slack, or any webhook that takes its messages; the address is a secret."""


@dataclass(frozen=True)
class File(Filter):
    """A file of JSON lines."""

    path: str = "warehouse/alerts.jsonl"


@dataclass(frozen=True)
class Mail(Filter):
    """E-mail; the password is a secret."""

    host: str = ""
    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    port: int = 587
    starttls: bool = True
    user: str = ""


Channel = Slack | File | Mail
KINDS: dict[str, type[Channel]] = {"slack": Slack, "mail": Mail, "file": File}
Made = TypeVar("Made", bound=Filter)


def read_settings(path: Path) -> dict[str, Channel]:
    """The channels by name. Without the file there are none."""
    if not path.exists():
        return {}
    try:
        written = yaml.safe_load(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(written, dict) or not isinstance(written.get("channels", {}), dict):
        raise SettingsError(f"{path} must name its channels under `channels:`.")
    channels = written.get("channels") or {}
    return {str(name): _channel(path, str(name), channels[name] or {}) for name in channels}


def _channel(path: Path, name: str, options: Any) -> Channel:
    if name not in KINDS:
        raise SettingsError(f"{path}: there is no channel {name}; there are {', '.join(KINDS)}.")
    known = {each.name: each.type for each in fields(KINDS[name])}
    if not isinstance(options, dict):
        raise SettingsError(
            f"{path}: {name} has {options} where its options should be; write each as"
            f" `option: value`, with any of {', '.join(known)}, or write `{name}: {{}}` for none."
        )
    if strange := [key for key in options if key not in known]:
        raise SettingsError(
            f"{path}: {name} has no option {strange[0]}; it has {', '.join(known)}."
        )
    channel = _made(KINDS[name], options)
    if fault := _fault(channel):
        raise SettingsError(f"{path}: {name}: {fault}.")
    return channel


def _made(kind: type[Made], options: dict[str, Any]) -> Made:
    return kind(**options)


def _fault(channel: Channel) -> str | None:
    faults = {
        f"least_severity must be one of {', '.join(SEVERITIES)}": (
            channel.least_severity not in SEVERITIES
        ),
        "teams must be a list": not isinstance(channel.teams, list),
        "digest must be true or false": not isinstance(channel.digest, bool),
    }
    if isinstance(channel, File):
        faults["path must be text"] = not isinstance(channel.path, str)
    if isinstance(channel, Mail):
        faults |= {
            "it needs a host, a sender and a list of recipients": (
                not channel.host
                or not channel.sender
                or not isinstance(channel.recipients, list)
                or not channel.recipients
            ),
            "port must be a number": not isinstance(channel.port, int),
            "a password is sent only with starttls: true": (
                bool(channel.user) and not channel.starttls
            ),
        }
    return next((fault for fault, holds in faults.items() if holds), None)
