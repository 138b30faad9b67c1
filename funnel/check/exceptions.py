"""Breaches that stand on purpose: exceptions.csv, one line each, with the reason."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("exceptions.csv")


@dataclass(frozen=True)
class Exempt:
    rule: str
    name: str
    reason: str


def read_exceptions(file: Path = FILE) -> tuple[Exempt, ...]:
    with file.open(newline="") as lines:
        return tuple(Exempt(**row) for row in csv.DictReader(lines))


def fault_of(exempt: Exempt, used: set[tuple[str, str]], rules: set[str]) -> str:
    """What is wrong with an exception; empty where nothing is."""
    subject = f"the exception of {exempt.name} from {exempt.rule}"
    if exempt.rule not in rules:
        return f"{subject} names no rule; correct or remove it"
    if not (exempt.reason or "").strip():
        return f"{subject} gives no reason; write one"
    if (exempt.rule, exempt.name) not in used:
        return f"{subject} excuses nothing any more; remove it"
    return ""
