"""What earlier builds had: one line per cutoff and subject, kept beside the pages."""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from funnel.expectations.sentences import Finding

FILE = "trend.csv"
FIELDS = ("cutoff", "suite", "subject", "value")
# Half a year of weekly builds.
MOST_BUILDS = 26
Trend = dict[tuple[str, str], list[tuple[str, float]]]


def add_to_trend(findings: Iterable[Finding], cutoff: datetime, folder: Path) -> Trend:
    """The values of all builds, oldest first; a build with a known cutoff replaces that one."""
    day = cutoff.isoformat(sep=" ")
    kept = [row for row in _read(folder / FILE) if row[0] != day]
    new = [
        (day, each.suite, each.subject, each.value) for each in findings if each.value is not None
    ]
    rows = sorted([*kept, *new])
    days = sorted({row[0] for row in rows})[-MOST_BUILDS:]
    rows = [row for row in rows if row[0] in days]
    with (folder / FILE).open("w", newline="") as file:
        csv.writer(file).writerows([FIELDS, *rows])
    trend: Trend = {}
    for when, suite, subject, value in rows:
        trend.setdefault((suite, subject), []).append((when, value))
    return trend


def _read(path: Path) -> list[tuple[str, str, str, float]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            (row["cutoff"], row["suite"], row["subject"], float(row["value"]))
            for row in csv.DictReader(file)
        ]
