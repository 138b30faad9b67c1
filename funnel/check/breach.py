"""What a rule finds, and the sentence that reports it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from funnel.check.project import Project


@dataclass(frozen=True)
class Breach:
    """One place that breaks a rule; `name` is what an exception would call it."""

    name: str
    path: str
    what: str
    remedy: str


Rule = Callable[[Project], Iterator[Breach]]


def sentence(rule: str, breach: Breach) -> str:
    return f"{breach.path}: {breach.what}; {breach.remedy} ({rule})."
