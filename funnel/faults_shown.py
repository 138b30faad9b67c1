"""Shows faults in a terminal: in full the first ones, the others by name."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from funnel.failures import FIRST_ROWS, Fault, Rows

INDENT = 3
SHOWN_FAULTS = 10
RUNTIME_ERROR = re.compile(r"^\w+ Error( in \w+ [\w.]+ \([^)]+\))?\n+")


def show_faults(console: Console, faults: Sequence[Fault], log: Path | None) -> None:
    """The first faults in full, the others as a list of names."""
    for number, fault in enumerate(faults[:SHOWN_FAULTS], 1):
        console.print()
        _show(console, fault, f"{number}. " if len(faults) > 1 else "")
    if more := faults[SHOWN_FAULTS:]:
        console.print(f"\nAnd {len(more)} more:", highlight=False)
        for fault in more:
            console.print(f"   {escape(fault.name)}", highlight=False, soft_wrap=True)
    if faults and log:
        console.print(f"\nThe whole log is {log}.", highlight=False, soft_wrap=True)


def _show(console: Console, fault: Fault, number: str) -> None:
    style = "bold yellow" if fault.is_warning else "bold red"
    mark = "Warning: " if fault.is_warning else ""
    console.print(f"[{style}]{number}{mark}{escape(fault.sentence)}[/]", highlight=False)
    for text in (*_texts(fault, console.width), _remedy(fault)):
        console.print(Padding(text, (0, 0, 0, INDENT), expand=False), highlight=False)


def _texts(fault: Fault, width: int) -> Iterator[str | Table]:
    if fault.explanation:
        yield escape(fault.explanation)
    if fault.message and not fault.advice.replaces_message:
        yield escape(RUNTIME_ERROR.sub("", fault.message))
    if fault.rows.total:
        yield _count(fault.rows, fault.name)
    if fault.rows.cells:
        yield _table(fault.rows, width - INDENT)


def _remedy(fault: Fault) -> Table:
    """The likely cause, what to do, and what was skipped, each under its heading."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    skipped = f"{_number(fault.skipped, 'step')} that would read it." if fault.skipped else ""
    texts = (fault.advice.cause, fault.advice.remedy, skipped)
    for heading, text in zip(("Likely cause:", "What to do:", "Skipped:"), texts, strict=True):
        if text:
            table.add_row(heading, escape(text))
    return table


def _count(rows: Rows, name: str) -> str:
    first = f"; the first {FIRST_ROWS}" if len(rows.cells) == FIRST_ROWS < rows.total else ""
    breaks = "breaks" if rows.total == 1 else "break"
    end = ":" if rows.cells else "."
    return escape(f"{_number(rows.total, rows.noun)} {breaks} the test {name}{first}{end}")


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _table(rows: Rows, width: int) -> Table:
    """As many columns as fit beside each other, at least one; the others by name below."""
    table = Table(box=None, pad_edge=True, header_style="dim", caption_justify="left")
    shown = 0
    for at, heading in enumerate(rows.headings):
        width -= 2 + max(len(text) for text in (heading, *(row[at] for row in rows.cells)))
        if width < 0 and shown:
            break
        table.add_column(escape(heading), overflow="fold")
        shown += 1
    for row in rows.cells:
        table.add_row(*(escape(cell) for cell in row[:shown]))
    if hidden := rows.headings[shown:]:
        table.caption = escape(f"more columns: {', '.join(hidden)}")
    return table
