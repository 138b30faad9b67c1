"""Recurring revenue: what moved it, and who pays most of it."""

from collections.abc import Sequence
from datetime import date

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import KEEPING, Company, total
from funnel.report.read import Record
from funnel.report.worklists import record_of


def mrr(company: Company) -> Block:
    records = sorted(company["mrr"].records, key=lambda row: row["period_start"])[-12:]
    team = KEEPING
    values: list[charts.Bar] = []
    title = "Recurring revenue"
    if records:
        opening, closing = (
            total(records[:1], "opening_amount"),
            total(records[-1:], "closing_amount"),
        )
        values.append(charts.Bar("A year ago", opening, words.amount(opening)))
        level = opening
        for name, column, sign in (
            ("New", "new_amount", 1),
            ("Came back", "reactivation_amount", 1),
            ("Expansion", "expansion_amount", 1),
            ("Contraction", "contraction_amount", -1),
            ("Churn", "churn_amount", -1),
        ):
            moved = sign * total(records, column)
            if moved:
                label = words.signed(moved, "amount")
                colour = company.colour(team) if moved > 0 else charts.MUTED
                values.append(charts.Bar(name, moved, label, colour, level))
            level += moved
        values.append(charts.Bar("Now", closing, words.amount(closing)))
        title = f"MRR is {words.amount(closing)} (a year, ARR: {words.amount(12 * closing)})"
        grew = words.more_or_fewer(closing, opening, "a year ago")
        title += f", {grew}" if grew else ""
        number = total(records[-1:], "closing_customer_count")
        if number:
            title += (
                f"; {words.count(number)} customers pay {words.amount(12 * closing / number)} of"
                " ARR each"
            )
    return Block(
        id="mrr",
        title=title,
        rows=company["mrr"],
        text="Monthly recurring revenue (MRR) of the last twelve months: how it moved from then to"
        " now."
        " Expansion and churn include customers won since; NRR is of the customers of twelve months"
        f" ago alone.{_largest(company)}{_expansion_ahead(company)}",
        picture=charts.bars(values) if values else "",
        details=_movements(records) if records else None,
        cube=filters.cube(company, "mrr_filtered"),
        alt="; ".join(f"{bar.name} {bar.label}" for bar in values),
        team=team,
        caveats=company.caveats("mrr"),
        empty="" if values else "No system provides subscriptions, or nobody has one.",
    )


def _expansion_ahead(company: Company) -> str:
    """What is open of expansion beside its target and forecast of the quarter under way."""
    start = company.next("quarter")
    row = company.kpi("quarter", start, "bookings_expansion")
    if start is None or row["forecast"] is None:
        return ""
    opened = company["open_by_month"].where(revenue_type="expansion")
    text = (
        f" Expansion of the {company.period('quarter', start)}:"
        f" {words.amount(total(opened, 'due_amount'))} is open, whenever it is expected"
    )
    if row["target"]:
        text += f", for a target of {words.amount(row['target'])}"
    text += f"; {words.amount(row['forecast'])} is forecast"
    is_more = float(row["forecast"]) > 2 * total(opened, "due_amount")
    return f"{text}, most of it not begun yet." if is_more else f"{text}."


def _largest(company: Company) -> str:
    """How much hangs on few customers."""
    for row in company["largest_customers"].records:
        first = words.percent(row["largest_amount"] / row["closing_amount"], 1)
        text = f" The largest customer pays {first} of it"
        if row["customer_count"] > 20:
            text += f", the ten largest {words.percent(row['ten_amount'] / row['closing_amount'])}"
        return f"{text}."
    return ""


MOVEMENTS = (
    ("opening_amount", "Opening", 1),
    ("new_amount", "New", 1),
    ("reactivation_amount", "Came back", 1),
    ("expansion_amount", "Expansion", 1),
    ("contraction_amount", "Contraction", -1),
    ("churn_amount", "Churn", -1),
    ("closing_amount", "Closing", 1),
)


CUSTOMERS = (
    ("churned_customer_count", "Customers left"),
    ("closing_customer_count", "Customers"),
)


def _movements(records: Sequence[Record]) -> Grid:
    """From the opening to the closing of each month."""
    return _movement_grid(
        "Month",
        [
            (words.short_month(row["period_start"]), str(row["period_start"]), row)
            for row in records
        ],
        "Movements of recurring revenue by month",
    )


def _movement_grid(heading: str, rows: Sequence[tuple[str, str, Record]], caption: str) -> Grid:
    """A row for each period: its name, its key in the cube, and its sums."""
    names = (*(name for _, name, _ in MOVEMENTS), *(name for _, name in CUSTOMERS))
    cells = tuple(
        (
            Cell(label, is_heading=True),
            *(
                Cell(
                    words.amount(sign * row[column]),
                    sum=f"{'-' if sign < 0 else ''}{column}",
                    form="amount",
                )
                for column, _, sign in MOVEMENTS
            ),
            *(Cell(words.count(row[column]), sum=column) for column, _ in CUSTOMERS),
        )
        for label, _, row in rows
    )
    keys = tuple(key for _, key, _ in rows)
    return Grid((heading, *(f".{name}" for name in names)), cells, caption, keys)


def mrr_by_quarter(company: Company) -> Block:
    """What moved recurring revenue in each of the last quarters that are over."""
    columns = (*(column for column, _, _ in MOVEMENTS), *(column for column, _ in CUSTOMERS))
    starts = sorted({row["key"] for row in company["mrr_by_quarter"].records}, reverse=True)
    sums = {
        start: {
            column: total(company["mrr_by_quarter"].where(key=start), column) for column in columns
        }
        for start in starts
    }
    rows = [(company.quarter(date.fromisoformat(start)), start, sums[start]) for start in starts]
    return Block(
        id="mrr-by-quarter",
        title=_quarter_title(company, sums),
        rows=company["mrr_by_quarter"],
        text="The sums of the months of each quarter. Customers left: how many pay nothing any"
        " more; who they are is listed below.",
        grid=_movement_grid("Quarter", rows, "Movements of recurring revenue by quarter"),
        cube=filters.cube(company, "mrr_by_quarter"),
        team=KEEPING,
        span=3,
        caveats=company.caveats("mrr"),
        empty="" if rows else "No quarter with recurring revenue is over yet.",
    )


def _quarter_title(company: Company, sums: dict[str, dict[str, float]]) -> str:
    last = company.last("quarter")
    now = sums.get(str(last))
    if last is None or not now:
        return "Recurring revenue by quarter"
    moved = now["closing_amount"] - now["opening_amount"]
    before = sums.get(str(words.quarter_before(last)))
    behind = next(iter(company["mrr_of_quarter"].records), {})
    new, expanded, left = "", "", ""
    returned = now["reactivation_amount"]
    back = f" came back {words.amount(returned)}," if returned else ""
    if float(behind.get("largest_new_amount") or 0) > now["new_amount"] / 3:
        new = f" ({words.amount(behind['largest_new_amount'])} of one customer)"
    if behind.get("expanded_count"):
        ended = company["contracts_due"].where(key=str(last))
        renewed = min(total(ended, "added_amount"), now["expansion_amount"])
        with_it = f"{words.amount(renewed)} of it with a renewal; " if renewed else ""
        expanded = f" ({with_it}{words.count(behind['expanded_count'])} customers)"
    if now["churned_customer_count"]:
        number = now["churned_customer_count"]
        then = before["closing_customer_count"] if before else 0
        left = (
            f"; {words.count(number)} customers left ({words.percent(number / then, 1)} of those at"
            " the start)"
            if then
            else f"; {words.count(number)} customers left"
        )
    title = (
        f"MRR {words.signed(moved, 'amount')} in the {company.period('quarter', last)}"
        f" ({words.signed(12 * moved, 'amount')} of ARR); new"
        f" {words.amount(now['new_amount'])}{new},{back} expansion"
        f" {words.amount(now['expansion_amount'])}{expanded}; lost"
        f" {words.amount(now['churn_amount'] + now['contraction_amount'])}"
    )
    if before:
        lost = before["churn_amount"] + before["contraction_amount"]
        title += f" ({words.amount(lost)} in the quarter before)"
    return title + left


def customers_by_size(company: Company) -> Block:
    """The ten customers who pay most, with what changed in a year and when their contracts end."""
    records = company["customers_by_size"].records
    rows = tuple(
        (
            Cell(row["account_name"] or words.NOTHING, is_heading=True),
            Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
            Cell(words.amount(row["closing_amount"])),
            Cell(words.percent(row["closing_amount"] / row["whole_amount"], 1)),
            Cell(
                words.signed(row["closing_amount"] - row["year_before_amount"], "amount")
                if row["year_before_amount"]
                else "new"
            ),
            Cell(words.short_month(row["contract_month"])),
            Cell(words.short_month(row["ends_month"])),
            Cell("open" if row["open_renewal_count"] else "none open"),
            record_of(row),
        )
        for row in records
    )
    title = "The largest customers"
    if records:
        share = total(records, "closing_amount") / float(records[0]["whole_amount"])
        name = records[0]["account_name"] or "not named"
        title = (
            f"The {_many(len(records), 'largest customer')} {'pay' if len(records) > 1 else 'pays'}"
            f" {words.percent(share)} of the recurring revenue; the largest is {name}"
            f" with {words.amount(records[0]['closing_amount'])} a month"
        )
    headings = (
        "Account",
        "Market",
        ".MRR",
        ".Share of all MRR",
        ".In a year",
        "Contract since",
        "Contract ends",
        "Renewal opportunity",
        "Record",
    )
    return Block(
        id="customers-by-size",
        title=title,
        rows=company["customers_by_size"],
        text="By what they pay at the end of the last month. In a year: what they pay more or less"
        " than twelve months ago. Contract ends: by terms of"
        f" {company.variables.get('contract_months', words.NOTHING)} months.",
        grid=Grid(
            headings,
            rows,
            "The largest customers",
            markets=tuple(row["funnel"] or "" for row in records),
            first=len(rows),
        )
        if rows
        else None,
        follows="funnel",
        team=KEEPING,
        span=3,
        empty="" if rows else "No system provides subscriptions, or nobody has one.",
    )


def _many(number: int, name: str) -> str:
    return name if number == 1 else f"{words.count(number)} {name}s"
