"""Customers who left, reduced or expanded, and why customers leave and leads are sent back."""

from collections.abc import Mapping

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import KEEPING, Company, total
from funnel.report.read import Record
from funnel.report.worklists import record_of


def customers_lost(company: Company) -> Block:
    """The customers that left in the last twelve months, and why."""
    known = {row["reason"] for row in company["reasons"].records} | set(NAMELESS)
    records = company["customers_lost"].records
    rows = tuple(
        (
            Cell(row["account_name"] or words.NOTHING, is_heading=True),
            Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
            Cell(words.short_month(row["exited_at"])),
            Cell(words.amount(row["lost_mrr_amount"])),
            Cell(
                _reason(row) if row["exit_reason"] in known else NAMELESS["withheld"],
                team=row["reason_team"],
            ),
            Cell(_of_renewal(row["renewal_reason"], known)),
            record_of(row),
        )
        for row in records
    )
    title = "No customer left in the last twelve months"
    if records:
        first = records[0]
        title = (
            f"{words.count(first['lost_count'])} customers left in the last twelve months, who"
            f" paid {words.amount(first['lost_amount'] or 0)} a month"
        )
    return Block(
        id="customers-lost",
        title=title,
        rows=company["customers_lost"],
        text="The latest months first (thirty at most), in each of them who paid most. MRR: what"
        " they paid a month. The reason is the one recorded when they left, beside it that of the"
        " renewal they lost: where both differ, ask.",
        grid=Grid(
            ("Account", "Market", "Left in", ".MRR", "Reason", "Of the lost renewal", "Record"),
            rows,
            "Customers who left",
            markets=tuple(row["funnel"] for row in records),
            first=len(rows),
        )
        if rows
        else None,
        follows="funnel",
        team=KEEPING,
        span=2,
        empty="" if rows else "Nobody left, or no system says so.",
    )


def _of_renewal(reason: str | None, known: set[str]) -> str:
    if reason is None:
        return words.NOTHING
    return _reason({"exit_reason": reason if reason in known else "withheld"})


MOVED = (("reduced", "Reduced"), ("expanded", "Expanded"))


def customers_moved(company: Company) -> Block:
    """The customers who pay less, and more, than twelve months ago, by what changed."""
    panels, options, parts = [], [], []
    for kind, name in MOVED:
        records = company["customers_moved"].where(kind=kind)
        if not records:
            continue
        first = records[0]
        cells = tuple(
            (
                Cell(row["account_name"] or words.NOTHING, is_heading=True),
                Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
                Cell(words.amount(row["amount"])),
                Cell(words.short_month(row["last_month"])),
                record_of(row),
            )
            for row in records
        )
        headings = ("Account", "Market", ".MRR", "Last in", "Record")
        panels.append(Panel((kind,), Grid(headings, cells, f"Customers who {kind}")))
        options.append((kind, f"{name} ({words.count(first['customer_count'])})"))
        crowd = ""
        if first["month_customer_count"] >= max(first["customer_count"] / 3, 5):
            crowd = (
                f", {words.count(first['month_customer_count'])} of them in"
                f" {words.month(first['crowded_month'])}"
            )
        parts.append(
            f"{words.count(first['customer_count'])} {kind}"
            f" ({words.amount(first['whole_amount'])} a month{crowd})"
        )
    return Block(
        id="customers-moved",
        title=f"In the last twelve months customers changed what they pay: {', '.join(parts)}"
        if parts
        else "No customer changed what they pay",
        rows=company["customers_moved"],
        text="MRR: what was added or taken away in the twelve months together; the fifteen largest"
        " of each, some of whom may have left since. Many in one month look like a change of"
        " prices. An increase that came with a renewal is here, too; as bookings it is part of the"
        " renewal.",
        switches=(Switch("Who", tuple(options)),) if options else (),
        panels=tuple(panels),
        team=KEEPING,
        empty="" if panels else "No system provides subscriptions, or nobody changed.",
    )


EXITS = (
    ("churned", "Customers that left"),
    ("recycled", "Leads that were sent back"),
)


# No reasons, but why there is none.
NAMELESS = {
    "none": "No reason given",
    "unmapped": "Reason without a mapping",
    "unknown": "Not known",
    "withheld": "Rare reasons",
}


def exits(company: Company) -> Block:
    """Why customers left and leads were sent back in the last twelve months."""
    known = {row["reason"] for row in company["reasons"].records} | set(NAMELESS)
    records = [row for row in company["exits"].records if row["exit_reason"] in known]
    panels, options = [], []
    for kind, name in EXITS:
        rows = [row for row in records if row["exit_type"] == kind]
        if rows:
            panels.append(Panel((kind,), _exit_grid(company, name, rows)))
            options.append((kind, f"{name} ({words.count(total(rows, 'exit_count'))})"))
    return Block(
        id="exits",
        title=_exit_title(company, records),
        rows=company["exits"],
        text="Last twelve months. Recurring revenue: what customers who left paid a month. A dot:"
        " one team alone can do something about the reason.",
        switches=(Switch("Who", tuple(options)),) if options else (),
        panels=tuple(panels),
        cube=filters.cube(company, "exits_filtered"),
        empty="" if panels else "No customer has left, and no lead was sent back.",
    )


def _exit_grid(company: Company, name: str, rows: list[Record]) -> Grid:
    most = max(row["exit_count"] for row in rows)
    cells = tuple(
        (
            Cell(_reason(row), team=row["reason_team"], is_heading=True),
            Cell(
                words.count(row["exit_count"]),
                bar=row["exit_count"] / most,
                team=row["reason_team"],
                sum="exit_count",
            ),
            *(
                Cell(
                    words.amount(row[column] or None),
                    sum=column,
                    form="amount",
                )
                for column in ("lost_mrr_amount",)
            ),
        )
        for row in rows
    )
    keys = tuple(filters.key(row["exit_type"], row["exit_reason"]) for row in rows)
    return Grid(("Reason", ".Number", ".Recurring revenue"), cells, name, keys)


def _reason(row: Mapping[str, object]) -> str:
    reason = str(row["exit_reason"])
    return NAMELESS.get(reason, words.plain(reason))


def _exit_title(company: Company, records: list[Record]) -> str:
    rows = [row for row in records if row["exit_type"] == "churned"]
    named = [row for row in rows if row["exit_reason"] not in NAMELESS]
    if not named:
        return "Why customers leave and leads are sent back"
    number = words.count(total(rows, "exit_count"))
    title = (
        f"Most often named by customers who left: {_reason(named[0])}"
        f" ({named[0]['exit_count']} of {number})"
    )
    dearest = max(named, key=lambda row: float(row["lost_mrr_amount"] or 0))
    if dearest["lost_mrr_amount"] and dearest is not named[0]:
        title += (
            f"; most revenue: {_reason(dearest)} ({words.amount(dearest['lost_mrr_amount'])} a"
            f" month{_of_one(company, dearest)})"
        )
    return f"{title}{_other_reasons(company)}"


def _other_reasons(company: Company) -> str:
    """How often the lost renewal gives another reason than the customer who left."""
    records = [
        row
        for row in company["customers_lost"].records
        if row["renewal_reason"] and not {row["renewal_reason"], row["exit_reason"]} & set(NAMELESS)
    ]
    differing = sum(row["renewal_reason"] != row["exit_reason"] for row in records)
    if not differing:
        return ""
    return (
        f"; the lost renewal gives another reason for {words.count(differing)} of"
        f" {words.count(len(records))}"
    )


def _of_one(company: Company, reason: Record) -> str:
    """One customer can be most of a reason."""
    left = company["customers_lost"].where(exit_reason=reason["exit_reason"])
    largest = max((float(row["lost_mrr_amount"] or 0) for row in left), default=0)
    if largest < float(reason["lost_mrr_amount"]) / 2 or len(left) < 2:
        return ""
    return f", {words.amount(largest)} of it one customer"
