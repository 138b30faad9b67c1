"""Why opportunities were lost and leads were rejected."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Cube, Grid, Panel, Switch
from funnel.report.company import Company, total
from funnel.report.read import Record, Rows

# A renewal is lost for other reasons than a first sale: each has a table of its own.
KINDS = (("new", "New business"), ("renewal", "Renewals"), ("expansion", "Expansion"))
# No reasons, but why there is none.
NAMELESS = {"none": "No reason given", "unmapped": "Reason without a mapping"}


def losses(company: Company) -> Block:
    """The rare reasons are added up."""
    records = company["loss_reasons"].records
    # Words that somebody typed, and that few records bear, are not shown.
    fewest = int(company.variables["least_published_records"])
    numbers = Counter[str]()
    for row in records:
        numbers[row["reason"]] += row["opportunity_count"] + row["rejected_lead_count"]
    named = {reason for reason, number in numbers.items() if number >= fewest}
    panels, options = [], []
    for kind, name in KINDS:
        rows = [row for row in records if row["kind"] == kind]
        if rows:
            panels.append(Panel((kind,), _grid(kind, name, rows, named, fewest)))
            lost = words.count(total(rows, "opportunity_count"))
            options.append((kind, f"{name} ({lost})"))
    kept = Rows(
        "loss_reasons",
        company["loss_reasons"].tables,
        company["loss_reasons"].columns,
        tuple(tuple(row.values()) for row in records if row["reason"] in named),
    )
    new = [row for row in records if row["kind"] == "new"]
    shown = [row for row in new if row["reason"] in named]
    renewals = [row for row in records if row["kind"] == "renewal" and row["reason"] in named]
    return Block(
        id="losses",
        title=_title(shown, new),
        rows=kept,
        text="The last 365 days. Each lost opportunity counts once, also where another opportunity"
        " of the same person went on. Rejected leads were disqualified, and nothing has happened"
        f" since. A dot: one team alone can do something about the reason.{_largest(shown)}"
        f"{_of_renewals(renewals)}",
        switches=(Switch("Of", tuple(options)),) if options else (),
        panels=tuple(panels),
        cube=_without_rare(company, named),
        empty="" if panels else "Nothing was disqualified or lost in the last 365 days.",
    )


def _grid(kind: str, name: str, records: Sequence[Record], named: set[str], fewest: int) -> Grid:
    shown = [row for row in records if row["reason"] in named]
    rare = [row for row in records if row["reason"] not in named]
    most = max((row["opportunity_count"] for row in records), default=0) or 1
    # A lead that was rejected never came to a renewal.
    width = 4 if kind == "new" else 3
    rows = [_cells(_reason(row), row["owner_team"], [row], most)[:width] for row in shown]
    if rare:
        # Under a filter they would be as rare as words that somebody typed.
        others = _cells(f"Other reasons, fewer than {fewest} each", None, rare, most)[:width]
        rows.append((others[0], *(replace(cell, sum="", text_number=-1) for cell in others[1:])))
    headings = ("Reason", ".Lost opportunities", ".Their amount", ".Rejected leads")[:width]
    keys = [filters.key(kind, row["reason"]) for row in shown]
    keys += [filters.key(kind, "other")] if rare else []
    return Grid(headings, tuple(rows), f"Reasons of loss: {name.lower()}", tuple(keys))


def _cells(label: str, team: str | None, records: Sequence[Record], most: int) -> tuple[Cell, ...]:
    lost = total(records, "opportunity_count")
    return (
        Cell(label, team=team, is_heading=True),
        Cell(words.count(lost), bar=lost / most, sum="opportunity_count"),
        Cell(words.amount(total(records, "amount") if lost else None), sum="amount", form="amount"),
        Cell(words.count(total(records, "rejected_lead_count")), sum="rejected_lead_count"),
    )


def _title(shown: Sequence[Record], everything: Sequence[Record]) -> str:
    named = [row for row in shown if row["reason"] not in NAMELESS and row["opportunity_count"]]
    if not named:
        return "Why opportunities were lost"
    whole = words.count(total(everything, "opportunity_count"))
    return (
        f"First reason why new business was lost: {_reason(named[0])}"
        f" ({named[0]['opportunity_count']} of {whole} opportunities)"
    )


def _of_renewals(records: Sequence[Record]) -> str:
    """The title is of new business alone."""
    named = [row for row in records if row["reason"] not in NAMELESS]
    if not named:
        return ""
    return (
        f" First reason why renewals were lost: {_reason(named[0])}"
        f" ({named[0]['opportunity_count']} of"
        f" {words.count(total(records, 'opportunity_count'))})."
    )


def _largest(records: Sequence[Record]) -> str:
    """One opportunity can be most of what a reason cost."""
    largest = max(records, key=lambda row: row["largest_amount"] or 0, default=None)
    if not largest or not largest["largest_amount"]:
        return ""
    if float(largest["largest_amount"]) < float(largest["amount"]) / 2:
        return ""
    return (
        f" One opportunity is {words.amount(largest['largest_amount'])} of the"
        f" {words.amount(largest['amount'])} of {_reason(largest)}."
    )


def _without_rare(company: Company, named: set[str]) -> Cube:
    """Without the rare reasons, which may be words that somebody typed."""
    cube = filters.cube(company, "losses_filtered")
    place = len(cube.dimensions)
    kept = {filters.key(kind, reason) for kind, _ in KINDS for reason in named}
    return replace(cube, rows=tuple(row for row in cube.rows if row[place] in kept))


def _reason(row: Record) -> str:
    return NAMELESS.get(row["reason"], words.plain(row["reason"]))
