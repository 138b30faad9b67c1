"""What the page is made of. Sections hold blocks; a block is one idea with its picture or table."""

import base64
import csv
import gzip
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funnel.report.read import Rows
from funnel.report.words import NOTHING

# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and what the eye sees beside it."""

    text: str
    # Between 0 and 1: the length of a bar behind the text.
    bar: float | None = None
    # Between 0 and 1: how dark the cell is.
    shade: float | None = None
    team: str | None = None
    note: str = ""
    is_heading: bool = False
    # An address in the web.
    link: str = ""
    # How the page calculates the cell again when it is filtered: the column that is summed, or two
    # of which one is divided by the other ("won/entered"), and the form of the result.
    sum: str = ""
    form: str = "count"
    # The place of its text among the texts of a cube.
    text_number: int | None = None


@dataclass(frozen=True)
class Grid:
    """A table. Columns whose heading starts with a dot hold numbers, and are set to the right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    # Of each row, the key of its sums in a cube.
    keys: tuple[str, ...] = ()
    # Of each row, its market, and how many rows are shown at first: a filter shows others.
    markets: tuple[str, ...] = ()
    first: int = 0


def without_empty_columns(grid: Grid) -> Grid:
    """The table without the columns in which no row has a value."""
    kept = [
        place
        for place in range(len(grid.headings))
        if not grid.rows or any(row[place].text not in ("", NOTHING) for row in grid.rows)
    ]
    rows = tuple(tuple(row[place] for place in kept) for row in grid.rows)
    return replace(grid, headings=tuple(grid.headings[place] for place in kept), rows=rows)


@dataclass(frozen=True)
class Cube:
    """Sums by market, segment and period, from which the page fills a table when it is filtered."""

    # The dimensions that it has, of funnel, segment and period.
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    # Of each row the dimensions, then the key, then the columns.
    rows: tuple[tuple[Any, ...], ...]
    # What does not add up: funnel, segment, key, and the texts of the cells.
    texts: tuple[tuple[str, ...], ...] = ()
    # The period of the table as it is before it is filtered.
    usual_period: str = "year"


@dataclass(frozen=True)
class Panel:
    """A table that is shown while the switches stand on its keys."""

    keys: tuple[str, ...]
    grid: Grid
    note: str = ""


@dataclass(frozen=True)
class Switch:
    label: str
    # What is switched on, and what people read.
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """One idea: a title that says what is seen, the picture, its table and where it comes from."""

    id: str
    title: str
    rows: Rows
    text: str = ""
    picture: str = ""
    # What the picture shows, for who cannot see it.
    alt: str = ""
    grid: Grid | None = None
    details: Grid | None = None
    switches: tuple[Switch, ...] = ()
    panels: tuple[Panel, ...] = ()
    cube: Cube | None = None
    # The filters that its own switches and rows follow.
    follows: str = ""
    caveats: tuple[str, ...] = ()
    items: tuple["Item", ...] = ()
    team: str | None = None
    # Of three columns, how many it takes.
    span: int = 1
    # Where the page says more, and in which words.
    link: str = ""
    more: str = ""
    # Why there is nothing to see.
    empty: str = ""

    @property
    def headline(self) -> str:
        """What of the title a reader takes in at once."""
        return _headline(self.title)[0]

    @property
    def rest(self) -> str:
        """What else the title says, for a line below it."""
        return _headline(self.title)[1]

    @property
    def tables(self) -> str:
        return ", ".join(self.rows.tables)

    @property
    def download(self) -> str:
        return csv_link(self.rows)


@dataclass(frozen=True)
class Item:
    """A sentence with an owner and what to do about it."""

    text: str
    team: str | None = None
    todo: str = ""
    badge: str = ""
    when: str = ""


@dataclass(frozen=True)
class Tile:
    """One large number."""

    label: str
    value: str
    text: str
    tables: str
    team: str | None = None
    caveats: tuple[str, ...] = ()
    # Where the page says more.
    link: str = ""
    # Sentences that are shown when the reader opens them.
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: Sequence[Block]
    text: str = ""
    tiles: Sequence[Tile] = field(default_factory=tuple)


# More words than this are no title.
MOST_WORDS = 25
# A semicolon that is not within brackets.
CLAUSE = re.compile(r"; (?![^(]*\))")


def _headline(title: str) -> tuple[str, str]:
    """The first clauses of a title, and the others where it is long."""
    clauses = CLAUSE.split(title)
    shown = len(clauses)
    while shown > 1 and len("; ".join(clauses[:shown]).split()) > MOST_WORDS:
        shown -= 1
    return "; ".join(clauses[:shown]), "; ".join(clauses[shown:])


def csv_link(rows: Rows) -> str:
    """A link that is the file itself, compressed; the page's script hands it out as it was."""
    packed = gzip.compress(f"\ufeff{as_csv(rows)}".encode(), mtime=0)
    return f"data:application/gzip;base64,{base64.b64encode(packed).decode()}"


def as_csv(rows: Rows) -> str:
    """The rows for a spreadsheet, in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows.columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows.values)
    return text.getvalue()


def safe_cell(value: Any) -> Any:
    """The value; a text that a spreadsheet would take for a formula gets a quote before it."""
    if isinstance(value, Decimal):
        # Without the zeros at its end.
        return f"{value.normalize():f}"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
