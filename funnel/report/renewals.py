"""Contracts that came up for renewal, and those that will."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import KEEPING, Company, total
from funnel.report.read import Record


def contracts_due(company: Company) -> Block:
    """Of the contracts whose term ended in a quarter, those that were renewed: the renewal rate."""
    records = company["contracts_due"].records
    quarters = sorted({row["key"] for row in records}, reverse=True)
    rows = tuple(
        _due_row(company, [row for row in records if row["key"] == quarter], quarter)
        for quarter in quarters
    )
    is_monthly = int(company.variables.get("contract_months", 12)) == 1
    return Block(
        id="contracts-due",
        title="Contracts that came up for renewal" if is_monthly else _due_title(company),
        rows=company["contracts_due"],
        text=f"Of the customers whose term of {company.variables.get('contract_months')} months"
        " ended in the quarter, those who still pay after it, and how much of what they paid before"
        " (kept: without what they pay more). One large"
        f" contract can be most of it. {_renewed(company)}",
        grid=Grid(
            (
                "Quarter",
                ".Contracts due",
                ".Renewed",
                ".Renewal rate",
                ".MRR due",
                ".MRR kept",
                ".Share kept",
                ".Expanded",
                ".Largest due",
            ),
            rows,
            "Contracts due by quarter",
            tuple(quarters),
        ),
        cube=filters.cube(company, "contracts_due"),
        team=KEEPING,
        span=3,
        empty="Contracts run for a month: who leaves is in the cards above."
        if is_monthly
        else ""
        if rows
        else "No contract term has ended in a quarter that is over.",
    )


def _due_row(company: Company, records: Sequence[Record], quarter: str) -> tuple[Cell, ...]:
    due, renewed = total(records, "due_count"), total(records, "renewed_count")
    amount, kept = total(records, "due_amount"), total(records, "kept_amount")
    largest = max(float(row["largest_due_amount"] or 0) for row in records)
    return (
        Cell(company.quarter(date.fromisoformat(quarter)), is_heading=True),
        Cell(words.count(due), sum="due_count"),
        Cell(words.count(renewed), sum="renewed_count"),
        Cell(
            words.percent(renewed / due),
            bar=renewed / due,
            team=KEEPING,
            sum="renewed_count/due_count",
            form="percent",
        ),
        Cell(words.amount(amount), sum="due_amount", form="amount"),
        Cell(words.amount(kept), sum="kept_amount", form="amount"),
        Cell(words.percent(kept / amount), sum="kept_amount/due_amount", form="percent"),
        Cell(words.amount(total(records, "added_amount")), sum="added_amount", form="amount"),
        Cell(words.amount(largest), sum="largest_due_amount", form="amount"),
    )


def _due_title(company: Company) -> str:
    last = company.last("quarter")
    now = company["contracts_due"].where(key=str(last))
    if last is None or not now:
        return "Contracts that came up for renewal"
    due, renewed = total(now, "due_count"), total(now, "renewed_count")
    kept = total(now, "kept_amount") / total(now, "due_amount")
    title = (
        f"{words.count(renewed)} of {words.count(due)} contracts that ended in the"
        f" {company.period('quarter', last)} were renewed ({words.percent(renewed / due)};"
        f" {words.percent(kept)} of their recurring revenue)"
    )
    before = company["contracts_due"].where(key=str(words.quarter_before(last)))
    if before:
        due, renewed = total(before, "due_count"), total(before, "renewed_count")
        kept = total(before, "kept_amount") / total(before, "due_amount")
        title += (
            f"; {words.count(renewed)} of {words.count(due)} in the quarter before"
            f" ({words.percent(renewed / due)}; {words.percent(kept)})"
        )
    unsettled = total(now, "unsettled_count")
    if unsettled:
        title += f"; {words.count(unsettled)} of the renewed may still leave in the next month"
    return title


def renewals(company: Company) -> Block:
    records = company["renewals"].records
    due = company["renewals"].where(finding="renewal_due")
    late = [row for row in records if row not in due]
    most = max((float(row["amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(
                words.short_month(row["due_month"]),
                is_heading=True,
                note=_until(company, row["due_month"]) if row in due else "ended",
            ),
            Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
            Cell(words.count(row["contract_count"]), sum="contract_count"),
            Cell(words.count(row["unprepared_count"]), sum="unprepared_count"),
            Cell(
                words.amount(row["amount"]),
                bar=float(row["amount"] or 0) / most if most else None,
                team=KEEPING,
                sum="amount",
                form="amount",
            ),
            Cell(words.amount(row["expected_amount"]), sum="expected_amount", form="amount"),
        )
        for row in records
    )
    title = "Renewals due"
    if records:
        title = (
            f"{words.count(total(due, 'contract_count'))} contracts worth"
            f" {words.amount(total(due, 'amount'))} end within"
            f" {company.days('worklist_renewal_days')} and are not renewed yet;"
            f" {words.count(total(due, 'unprepared_count'))}"
            f" ({words.amount(total(due, 'unprepared_amount'))}) have no renewal opportunity yet"
            f"{_opened_too_late(company)}"
        )
        if late:
            title += f"; {words.count(total(late, 'contract_count'))} more have ended unrenewed"
        title += _less_than_target(company)
    title += _at_risk(company)
    active = next(iter(company["active_customers"].records), None)
    customers = (
        f"{words.count(active['customer_count'])} customers are active (recurring revenue at"
        f" the end of {words.period('month', active['period_start'])}). "
        if active
        else ""
    )
    if records and not late:
        customers += "None of them is past the end of the contract without a renewal. "
    tables = tuple(
        dict.fromkeys(
            table
            for name in ("renewals", "active_customers", "renewal_targets")
            for table in company[name].tables
        )
    )
    headings = ("Due", "Market", ".Contracts", ".Without opportunity", ".Amount", ".Expected")
    return Block(
        id="renewals",
        title=title,
        rows=replace(company["renewals"], tables=tables),
        text=f"{customers}Amount: what the customer pays for a contract now."
        " Expected: times the share of renewals that were won in the market."
        f"{_two_figures(company)} For whom to call take the list of renewals ahead."
        " Tickets, satisfaction, use of the product and overdue invoices are not in this report.",
        grid=Grid(
            headings,
            rows,
            "Renewals due by month and market",
            tuple(filters.key(row["due_month"], row["funnel"], row["finding"]) for row in records),
        ),
        cube=filters.cube(company, "renewals_filtered"),
        team=KEEPING,
        span=2,
        empty="" if rows else "No contract ends soon.",
    )


def _until(company: Company, month: date) -> str:
    """Of the last month, the list has the first days only."""
    days = company.variables.get("worklist_renewal_days")
    if company.as_of is None or days is None:
        return ""
    last = company.as_of + timedelta(int(days)) - timedelta(1)
    is_cut = month <= last and last + timedelta(1) < words.next_month(month)
    return f"to {words.value_day(last)}" if is_cut else ""


def _two_figures(company: Company) -> str:
    """Why the forecast of renewals differs from what this card expects."""
    start = company.next("quarter")
    row = company.kpi("quarter", start, "bookings_renewal")
    text = (
        " The forecast of bookings goes by when customers last signed, this card by when their"
        " contracts end, at today's prices times the share of renewals won so far: they are two"
        " figures of the same thing."
    )
    if start is None or row["forecast"] is None:
        return text
    text += f" For the number of the {company.period('quarter', start)} take the forecast,"
    text += f" {words.amount(row['forecast'])}"
    if row["forecast_low_80"] is None:
        return f"{text}."
    low, high = row["forecast_low_80"], row["forecast_high_80"]
    return f"{text} ({words.between(low, high)} four times in five)."


def _at_risk(company: Company) -> str:
    """Renewals whose opportunity closes after the contract, or offers less than what is paid."""
    records = company["renewals"].records
    due = [row for row in records if row["finding"] == "renewal_due"]
    late, less = total(due, "tardy_count"), total(due, "reduced_count")
    text = ""
    if late:
        opened = total(due, "contract_count") - total(due, "unprepared_count")
        text += (
            f"; of the {words.count(opened)} with a renewal opportunity, {words.count(late)}"
            f" ({words.amount(total(due, 'tardy_amount'))}) are expected after the contract"
            " ends"
        )
    if less:
        text += f"; {words.count(less)} offer less than is paid now"
    return text


# Days at the end of a quarter that the list need not reach to be compared with its target.
DAYS_LEFT_OUT = 3


def _less_than_target(company: Company) -> str:
    """Whether the renewal target of the quarter's months from now on cannot be reached by the
    contracts that end in it, nor by these with what has been renewed in these months."""
    start, days = company.next("quarter"), company.variables.get("worklist_renewal_days")
    if start is None or company.as_of is None or days is None:
        return ""
    after = words.next_month(words.next_month(words.next_month(start)))
    months = [
        row for row in company["renewal_targets"].records if start <= row["period_start"] < after
    ]
    last = min(company.as_of + timedelta(int(days)), after) - timedelta(1)
    if not months or last < after - timedelta(DAYS_LEFT_OUT + 1):
        return ""
    target, booked = total(months, "target_amount"), total(months, "won_amount")
    ending = [row for row in company["renewals"].records if row["due_month"] < after]
    if total(ending, "amount") + booked >= target:
        return ""
    when = words.months(months[0]["period_start"], months[-1]["period_start"])
    already = f" and with the {words.amount(booked)} renewed already" if booked else ""
    return (
        f"; at today's prices all that end by {words.value_day(last)}{already} are less than the"
        f" renewal target of {words.amount(target)} ({when})"
    )


def _renewed(company: Company) -> str:
    """The share of the renewals that were closed in the last twelve months and won."""
    found = {row["period"]: row for row in company["renewals_closed"].records}
    row = found.get("year")
    if not row or not row["won_count"]:
        return ""
    closed = row["won_count"] + (row["lost_count"] or 0)
    share = words.percent(row["won_count"] / closed)
    text = (
        f"Renewals won of those closed: {share} of {words.count(closed)} in the last twelve months"
    )
    for period, name in (
        ("quarter", "in the last quarter"),
        ("quarter_before", "in the one before"),
    ):
        row = found.get(period)
        if row and row["won_count"]:
            closed = row["won_count"] + (row["lost_count"] or 0)
            amount = row["won_amount"] + (row["lost_amount"] or 0)
            text += f", {row['won_count']} of {words.count(closed)} {name}"
            text += (
                f" ({words.percent(row['won_amount'] / amount)} of the amount)" if amount else ""
            )
    return f"{text}. A renewal may be won before the quarter in which its contract ends. "


def _opened_too_late(company: Company) -> str:
    """How many of those without an opportunity end sooner than a renewal usually takes."""
    row = next(iter(company["renewal_days"].records), None)
    if not row or row["median_days"] is None:
        return ""
    if not total(company["renewals"].where(finding="renewal_due"), "unprepared_count"):
        return ""
    days = words.count(row["median_days"])
    if not row["late_count"]:
        return f", none of them nearer than the {days} days that a renewal takes (median)"
    return (
        f", {words.count(row['late_count'])} ({words.amount(row['late_amount'])}) of them nearer"
        f" than the {days} days that a renewal takes (median)"
    )
