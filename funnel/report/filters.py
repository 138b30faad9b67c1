"""The filters of the page: market, segment and period.

A table that can be filtered has a cube: its sums by market, segment and period. Each cell says
which sum it shows (Cell.sum), and each row which key (Grid.keys); filters.js fills them again. What
does not add up, such as an estimate, is written for each choice beforehand (texts of a cube)."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from funnel.report import words
from funnel.report.blocks import Cube, Switch
from funnel.report.company import Company
from funnel.report.read import Rows

DIMENSIONS = ("funnel", "segment", "period")
PERIODS = (
    ("week", "Last week"),
    ("month", "Last month"),
    ("quarter", "Last quarter"),
    ("year", "Last 12 months"),
)
# More would make the page large: the rest is one segment.
MOST_SEGMENTS = 8
OTHER = "other"
# Columns of a cube that begin with this are not added up: the largest counts.
LARGEST = "largest_"
# Of a card that does not say which period it takes.
EVERYTHING = "all"


def switches(company: Company) -> list[Switch]:
    """What the page can be filtered by; a company with one market has no choice of markets."""
    markets = tuple(company.funnels.items())
    segments = tuple((name, words.plain(name)) for name in segments_of(company))
    found = [
        Switch("Market", markets),
        Switch("Segment", ((EVERYTHING, "All segments"), *segments)),
        Switch("Period", ((EVERYTHING, "As each card says"), *PERIODS)),
    ]
    return [switch for switch in found if len(switch.options) > 2]


def segments_of(company: Company) -> list[str]:
    """The largest segments, and the others as one."""
    counts = Counter[str]()
    for row in company["funnel_filtered"].records:
        if row["period"] == "year":
            counts[row["segment"]] += row["passed_count"]
    kept = [name for name, _ in counts.most_common(MOST_SEGMENTS)]
    return [*kept, OTHER] if len(counts) > len(kept) else kept


def cube(
    company: Company,
    name: str,
    texts: Sequence[Sequence[str]] = (),
    usual_period: str = "year",
) -> Cube:
    """The sums of a query, which has dimensions, a column `key` and numbers."""
    return cube_of(company, company[name], texts, usual_period)


def cube_of(
    company: Company,
    rows: Rows,
    texts: Sequence[Sequence[str]] = (),
    usual_period: str = "year",
) -> Cube:
    """The sums of rows with dimensions, a column `key` and numbers."""
    dimensions = tuple(column for column in DIMENSIONS if column in rows.columns)
    columns = tuple(column for column in rows.columns if column not in (*DIMENSIONS, "key"))
    kept = set(segments_of(company))
    sums: dict[tuple[str, ...], list[float]] = {}
    for row in rows.records:
        place = tuple(_place(row[column], column, kept) for column in dimensions)
        found = sums.setdefault((*place, str(row["key"])), [0.0] * len(columns))
        for number, column in enumerate(columns):
            value = float(row[column] or 0)
            # The largest of two markets is the larger of their largest.
            is_largest = column.startswith(LARGEST)
            found[number] = max(found[number], value) if is_largest else found[number] + value
    return Cube(
        dimensions,
        columns,
        tuple((*place, *map(_short, numbers)) for place, numbers in sums.items()),
        tuple(tuple(text) for text in texts),
        usual_period,
    )


def texts_alone(dimensions: Sequence[str], texts: Sequence[Sequence[str]]) -> Cube:
    """What does not add up at all."""
    return Cube(tuple(dimensions), (), (), tuple(tuple(text) for text in texts))


def _place(value: Any, column: str, kept: set[str]) -> str:
    text = str(value)
    return OTHER if column == "segment" and text not in kept else text


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else round(number, 2)


def as_json(cube: Cube) -> str:
    """The cube as the page's script reads it; nothing in it can end the script's element."""
    names: dict[str, int] = {}
    depth = len(cube.dimensions) + 1
    rows = [
        [*(names.setdefault(name, len(names)) for name in row[:depth]), *row[depth:]]
        for row in cube.rows
    ]
    found = {
        "dimensions": cube.dimensions,
        "columns": cube.columns,
        "names": list(names),
        "rows": rows,
        "texts": cube.texts,
        "usual": cube.usual_period,
    }
    text = json.dumps(found, separators=(",", ":"), default=_plain)
    return text.replace("<", "\\u003c")


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def key(*parts: str | date) -> str:
    """The key of a row of a table, as its query writes it."""
    return "|".join(str(part) for part in parts)
