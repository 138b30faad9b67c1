"""Recurring revenue, retention and renewals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import KEEPING, Company, total
from funnel.report.read import Record
from funnel.report.worklists import record_of

# Of all customers, those who must be old enough for an age to be drawn.
LEAST_SHARE = 0.1


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
        f" ago alone.{_largest(company)}",
        picture=charts.bars(values) if values else "",
        details=_movements(records) if records else None,
        cube=filters.cube(company, "mrr_filtered"),
        alt="; ".join(f"{bar.name} {bar.label}" for bar in values),
        team=team,
        caveats=company.caveats("mrr"),
        empty="" if values else "No system provides subscriptions, or nobody has one.",
    )


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


def retention(company: Company) -> Block:
    aged = [row for row in company["retention"].records if row["starting_amount"]]
    # Of a handful, one customer would move the line.
    least = max((row["customer_count"] for row in aged), default=0) * LEAST_SHARE
    records = [row for row in aged if row["customer_count"] >= least]
    curves = []
    for name, column, whole, colour in (
        ("Revenue", "closing_amount", "starting_amount", charts.TEAMS[2]),
        ("Without expansion", "retained_amount", "starting_amount", charts.INK),
        ("Customers", "retained_count", "customer_count", charts.MUTED),
    ):
        shares = [
            (float(row["age_month_count"]), float(row[column]) / float(row[whole]))
            for row in records
            if row[whole]
        ]
        curves.append((name, colour, shares))
    title = "Retention by age"
    year = next((row for row in records if row["age_month_count"] == 12), None)
    if year:
        stay = words.percent(float(year["retained_count"]) / float(year["customer_count"]))
        worth = words.percent(float(year["closing_amount"]) / float(year["starting_amount"]))
        title = (
            f"Twelve months after they began, {stay} of customers stay, with {worth} of their first"
            " revenue (by age; NRR is on the first screen)"
        )
    details = Grid(
        (
            ".Months",
            ".Customers old enough",
            ".Customers who stay",
            ".Revenue kept",
            ".Without expansion",
        ),
        tuple(
            (
                Cell(words.count(row["age_month_count"])),
                Cell(words.count(row["customer_count"]), sum="customer_count"),
                Cell(words.count(row["retained_count"]), sum="retained_count"),
                Cell(
                    words.percent(float(row["closing_amount"]) / float(row["starting_amount"])),
                    sum="closing_amount/starting_amount",
                    form="percent",
                ),
                Cell(
                    words.percent(float(row["retained_amount"]) / float(row["starting_amount"])),
                    sum="retained_amount/starting_amount",
                    form="percent",
                ),
            )
            for row in records
        ),
        "Retention by age in months",
        tuple(str(row["age_month_count"]) for row in records),
    )
    return Block(
        id="retention",
        title=title,
        rows=company["retention"],
        text="Of the customers that are old enough for each age, so each age has other customers: a"
        " line rises where the older ones stayed better. Ages that fewer than a tenth have reached"
        " are left out.",
        picture=charts.curves(curves, "months since the first revenue", "%") if records else "",
        alt=title,
        details=details if records else None,
        cube=filters.cube(company, "retention_filtered"),
        team=KEEPING,
        empty="" if records else "No system provides subscriptions, or nobody has one.",
    )


AGES = (6, 12, 18, 24)


def retention_by_cohort(company: Company) -> Block:
    """Whether newer customers stay better than older ones: by the half year in which they began."""
    records = company["retention_cohorts"].records
    halves = list(dict.fromkeys(row["half_start"] for row in records))
    ages = [age for age in AGES if any(row["age_month_count"] == age for row in records)]
    found = {(row["half_start"], row["age_month_count"]): row for row in records}
    sizes = {row["half_start"]: row["size_count"] for row in records}
    least = int(company.variables.get("minimum_group_size", 0))

    def share(half: date, age: int, part: str, whole: str) -> Cell:
        row = found.get((half, age))
        if not row or not row[whole]:
            return Cell(words.NOTHING)
        value = float(row[part]) / float(row[whole])
        return Cell(words.percent(value), shade=min(value, 1))

    measures = (
        ("Customers who stay", "retained_count", "customer_count"),
        ("Revenue kept", "closing_amount", "starting_amount"),
        ("Without expansion", "retained_amount", "starting_amount"),
    )
    panels = tuple(
        Panel(
            (part,),
            Grid(
                ("Began", ".Customers", *(f".{age} months" for age in ages)),
                tuple(
                    (
                        Cell(
                            _half(half),
                            is_heading=True,
                            note="few" if sizes[half] < least else "",
                        ),
                        Cell(words.count(sizes[half])),
                        *(share(half, age, part, whole) for age in ages),
                    )
                    for half in halves
                ),
                f"{name} by the half year in which they began",
            ),
        )
        for name, part, whole in measures
    )
    return Block(
        id="retention-cohorts",
        title=_cohort_title(found, halves, least),
        rows=company["retention_cohorts"],
        text="Of those who began in a half year, so many months after. A dash: not all of them are"
        " that old yet.",
        switches=(Switch("Of", tuple((part, name) for name, part, _ in measures)),),
        panels=panels if ages else (),
        team=KEEPING,
        empty="" if ages else "No half year's customers are six months old yet.",
    )


def _half(start: date) -> str:
    return f"{'First' if start.month == 1 else 'Second'} half of {start.year}"


def _cohort_title(found: dict[tuple[date, int], Record], halves: Sequence[date], least: int) -> str:
    """The newest two half years that are a year old, beside each other."""
    old = [
        found[half, 12]
        for half in halves
        if (half, 12) in found and found[half, 12]["customer_count"] >= least
    ]
    if not old:
        return "Retention by the half year in which customers began"
    parts = [
        f"{words.percent(row['retained_count'] / row['customer_count'])} of the"
        f" {words.count(row['customer_count'])} who began in the"
        f" {_half(row['half_start']).lower()}"
        for row in old[:2]
    ]
    first, *others = parts
    return "; ".join((f"Twelve months after they began, {first} still pay", *others))


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
                note="" if row in due else "ended",
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
            f" {company.days('worklist_renewal_days')};"
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
