"""Who went on, by the month in which they came, and which step has fallen most."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import Company, total

HORIZONS = (30, 60, 90, 180)


def cohorts(company: Company) -> Block:
    steps = list(dict.fromkeys(row["step"] for row in company["cohorts"].records))
    order = {stage: place for place, stage in enumerate(company.stages)}
    steps.sort(key=lambda step: [order.get(part, 99) for part in step.split(words.STEP)])
    # What people look for first.
    steps.sort(key=lambda step: step.startswith("awareness"))
    fallen = _largest_fall(company, steps)
    if fallen and fallen.errors >= BEYOND_CHANCE:
        # What the title is about is shown first.
        steps.sort(key=lambda step: step != fallen.step)
    panels = tuple(Panel((step,), _cohort_grid(company, step)) for step in steps)
    options = tuple((step, f"{words.step(step, company.stages)}, skips included") for step in steps)
    return Block(
        id="cohorts",
        title=_fall_title(company, fallen) if fallen else "No step has fallen",
        span=2,
        rows=company["cohorts"],
        text="Share of those who came to a stage in a month that came to the later one, or past it,"
        " within so many days; who skipped a definition is in both. A month has a rate when its"
        " last"
        " entry is old enough: young months are left empty, not low.",
        switches=(Switch("Step", options),) if options else (),
        panels=panels,
        cube=filters.cube(company, "cohorts_filtered"),
        empty="" if panels else "Nobody has entered a stage yet.",
    )


@dataclass(frozen=True)
class Fall:
    """How the youngest month of a step with a rate compares with the months before it."""

    step: str
    days: int
    month: date
    converted: float
    entered: float
    rate_before: float
    # How far it lies below them, in standard errors.
    errors: float


def _largest_fall(company: Company, steps: Sequence[str]) -> Fall | None:
    """The step that has fallen furthest beyond chance, of those on the way to the win."""
    falls = [
        fall
        for step in steps
        if step.partition(words.STEP)[0] in company.stages_to_win[1:]
        for days in HORIZONS
        if (fall := _fall(company, step, days))
    ]
    return max(falls, key=lambda fall: fall.errors, default=None)


def _fall(company: Company, step: str, days: int) -> Fall | None:
    column = f"converted_{days}_count"
    rows = [
        row
        for row in company["cohorts"].where(step=step)
        if row[column] is not None and row["entered_count"]
    ]
    if len(rows) < 2:
        return None
    last, before = rows[-1], rows[:-1]
    converted, entered = float(last[column]), float(last["entered_count"])
    earlier = total(before, "entered_count")
    rate_before = total(before, column) / earlier
    errors = errors_below(converted, entered, total(before, column), earlier)
    month = last["cohort_month"]
    return Fall(step, days, month, converted, entered, rate_before, errors) if errors > 0 else None


def errors_below(converted: float, entered: float, before: float, entered_before: float) -> float:
    """How many standard errors a share lies below an earlier one (z-test, pooled)."""
    pooled = (converted + before) / (entered + entered_before)
    error = math.sqrt(pooled * (1 - pooled) * (1 / entered + 1 / entered_before))
    return (before / entered_before - converted / entered) / error if error else 0.0


# Of several dozen comparisons by chance alone, the largest lies further out once in twenty times.
BEYOND_CHANCE = 3.2


def _fall_title(company: Company, fall: Fall) -> str:
    if fall.errors < BEYOND_CHANCE:
        return (
            "No step has fallen beyond chance (most:"
            f" {words.step(fall.step, company.stages)}, {words.count(fall.converted)} of"
            f" {words.count(fall.entered)} of {words.month(fall.month)})"
        )
    return (
        f"{words.step(fall.step, company.stages)} fell most:"
        f" {words.percent(fall.converted / fall.entered)} of {words.month(fall.month)} within"
        f" {fall.days} days, {words.percent(fall.rate_before)} in the months before"
    )


def _cohort_grid(company: Company, step: str) -> Grid:
    rows, keys = [], []
    for row in company["cohorts"].where(step=step):
        entered = row["entered_count"] or 0
        if not entered:
            continue
        cells = [
            Cell(words.short_month(row["cohort_month"]), is_heading=True),
            Cell(words.count(entered), sum="entered_count"),
        ]
        for horizon in HORIZONS:
            converted = row[f"converted_{horizon}_count"]
            if converted is None:
                cells.append(Cell("too young", note="young"))
            else:
                share = float(converted) / float(entered)
                share_of = f"converted_{horizon}_count/entered_count"
                cells.append(Cell(words.percent(share), shade=share, sum=share_of, form="percent"))
        cells.append(Cell(words.count(row["open_count"]), sum="open_count"))
        rows.append(tuple(cells))
        keys.append(filters.key(step, row["cohort_month"]))
    headings = ("Entered in", ".Entered", *(f".{days} days" for days in HORIZONS), ".Still open")
    return Grid(headings, tuple(rows), words.step(step, company.stages), tuple(keys))
