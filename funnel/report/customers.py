"""Revenue, retention, channels, campaigns, and the scorecards of the teams."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import FINDING, KEEPING, Company, total
from funnel.report.read import Record

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
                values.append(charts.Bar(name, moved, label, company.colour(team), level))
            level += moved
        values.append(charts.Bar("Now", closing, words.amount(closing)))
        title = f"MRR is {words.amount(closing)} (a year, ARR: {words.amount(12 * closing)})"
        grew = words.more_or_fewer(closing, opening, "a year ago")
        title += f", {grew}" if grew else ""
    return Block(
        id="mrr",
        title=title,
        rows=company["mrr"],
        text="Monthly recurring revenue (MRR) of the last twelve months: how it moved from then to"
        " now."
        " Expansion and churn include customers won since; NRR is of the customers of twelve months"
        f" ago alone.{_of_the_quarter(company)}{_largest(company)}",
        picture=charts.bars(values) if values else "",
        details=_movements(records) if records else None,
        cube=filters.cube(company, "mrr_filtered"),
        alt="; ".join(f"{bar.name} {bar.label}" for bar in values),
        team=team,
        caveats=company.caveats("mrr"),
        empty="" if values else "No system provides subscriptions, or nobody has one.",
    )


def _of_the_quarter(company: Company) -> str:
    """What moved recurring revenue in the last quarter that is over."""
    start = company.last("quarter")
    if start is None:
        return ""
    after = words.next_month(words.next_month(words.next_month(start)))
    months = [row for row in company["mrr"].records if start <= row["period_start"] < after]
    if len(months) < 3:
        return ""
    parts = [
        f"{name.lower()} {words.signed(sign * total(months, column), 'amount')}"
        for column, name, sign in MOVEMENTS
        if column not in ("opening_amount", "closing_amount") and total(months, column)
    ]
    moved = total(months, "closing_amount") - total(months, "opening_amount")
    when = company.period("quarter", start)
    text = f" In the {when}: {words.signed(moved, 'amount')} of MRR"
    return f"{text} ({words.signed(12 * moved, 'amount')} of ARR): {', '.join(parts)}."


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
    names = (*(name for _, name, _ in MOVEMENTS), *(name for _, name in CUSTOMERS))
    headings = ("Month", *(f".{name}" for name in names))
    rows = tuple(
        (
            Cell(words.short_month(row["period_start"]), is_heading=True),
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
        for row in records
    )
    keys = tuple(str(row["period_start"]) for row in records)
    return Grid(headings, rows, "Movements of recurring revenue by month", keys)


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


def channels(company: Company) -> Block:
    found = company["channel_economics"]
    records = found.where(slice_name="channel")
    most = max((row["lead_count"] or 0 for row in records), default=0)
    rows = tuple(
        _channel_row(company, row, most)
        for row in (*records, *_with_ads(company, records), *found.where(slice_name="all"))
    )
    last_month = next((row["last_month"] for row in found.records), None)
    headings = (
        "First channel",
        ".Leads",
        ".Customers",
        ".Leads that bought",
        ".Ad spend",
        ".Ad cost per customer",
        f".LTV in {company.variables.get('ltv_horizon_months', '')} months",
        ".LTV",
        ".LTV to ad cost",
        ".Payback of ads, months",
        ".Full cost per customer",
        ".Its payback, months",
    )
    return Block(
        id="channels",
        title=_channel_title(company, records),
        rows=company["channel_economics"],
        text=_channel_text(company, records, last_month),
        grid=Grid(headings, rows, "Channels"),
        caveats=company.caveats("spend", words.next_month(last_month) if last_month else date.max),
        team=FINDING,
        span=3,
        empty="" if records else "Nobody's first channel is known.",
    )


def _channel_row(company: Company, row: Record, most: float) -> tuple[Cell, ...]:
    is_channel = row["slice_name"] == "channel"
    # The ads of some channels say nothing about the customers whom no ad brought.
    paid = row if row["slice_name"] != "all" else {}
    return (
        Cell(_channel_name(company, row), is_heading=True),
        Cell(
            words.count(row["lead_count"]),
            _part(row["lead_count"], most) if is_channel else None,
            team=FINDING if is_channel else None,
        ),
        Cell(words.count(row["customer_count"])),
        Cell(
            words.percent(_part(row["bought_lead_count"], row["lead_count"]), 1),
            note=f"{words.count(row['bought_lead_count'])}" if row["lead_count"] else "",
        ),
        Cell(words.amount(row["spend_amount"]) if row["spend_amount"] else words.NOTHING),
        Cell(words.amount(paid.get("paid_cac_amount"))),
        _unless_too_few(row, words.amount(row.get("horizon_ltv_amount"))),
        _unless_too_few(row, words.amount(row["ltv_amount"])),
        _unless_too_few(row, words.times(paid.get("ltv_to_paid_cac_ratio"))),
        _unless_too_few(row, words.decimal(paid.get("paid_payback_months"))),
        _unless_too_few(row, words.amount(row.get("full_cac_amount"))),
        _unless_too_few(row, words.decimal(row.get("full_payback_months"))),
    )


def _unless_too_few(row: Record, text: str) -> Cell:
    """What a customer is worth cannot be seen from a handful."""
    if row["status"] == "too_few" and text != words.NOTHING:
        return Cell(words.NOTHING, note="too few")
    return Cell(text)


def _with_ads(company: Company, records: Sequence[Record]) -> list[Record]:
    """The channels with ad spend together: the customers whom ads brought, and what these cost."""
    paid = [row for row in records if row["spend_amount"]]
    customers = total(paid, "customer_count")
    if len(paid) < 2 or not customers:
        return []
    spend = total(paid, "spend_amount")
    bought = [row for row in paid if row["customer_count"]]
    is_known = all(row["ltv_amount"] and row["paid_payback_months"] for row in bought)
    worth, within = (
        sum(float(row[column] or 0) * row["customer_count"] for row in bought)
        for column in ("ltv_amount", "horizon_ltv_amount")
    )
    # Spend divided by payback is the monthly margin of the customers.
    margin = sum(
        float(row["spend_amount"]) / float(row["paid_payback_months"])
        for row in bought
        if row["paid_payback_months"]
    )
    is_too_few = customers < int(company.variables.get("minimum_group_size", 0))
    return [
        {
            "slice_name": "with_ads",
            "lead_count": total(paid, "lead_count"),
            "bought_lead_count": total(paid, "bought_lead_count"),
            "customer_count": customers,
            "spend_amount": spend,
            "paid_cac_amount": spend / customers,
            "ltv_amount": worth / customers if is_known else None,
            "horizon_ltv_amount": within / customers if is_known else None,
            "ltv_to_paid_cac_ratio": worth / spend if is_known else None,
            "paid_payback_months": spend / margin if is_known else None,
            "status": "too_few" if is_too_few else "ok",
        }
    ]


def _channel_title(company: Company, records: Sequence[Record]) -> str:
    known = [row for row in records if row["paid_cac_amount"] is not None]
    paid = [row for row in known if row["status"] != "too_few"]
    if not paid:
        return "Channels down to what a customer is worth"
    dear = max(paid, key=lambda row: float(row["paid_cac_amount"]))
    cheap = min(paid, key=lambda row: float(row["paid_cac_amount"]))
    title = (
        f"A customer from {company.channel(dear['channel'])} costs"
        f" {words.amount(dear['paid_cac_amount'])} of ads ({_customers(dear)})"
    )
    if len(paid) > 1:
        title += (
            f", from {company.channel(cheap['channel'])} {words.amount(cheap['paid_cac_amount'])}"
            f" ({_customers(cheap)})"
        )
    return title


def _customers(row: Record) -> str:
    number = row["customer_count"]
    return f"{words.count(number)} customer{'' if number == 1 else 's'}"


def _channel_name(company: Company, row: Record) -> str:
    if row["slice_name"] == "channel":
        return company.channel(row["channel"])
    return "All channels" if row["slice_name"] == "all" else "Channels with ads"


def _channel_text(company: Company, records: Sequence[Record], last_month: date | None) -> str:
    margin = company.variables.get("gross_margin_percent")
    started = "All journeys"
    if last_month:
        when = words.period("month", last_month)
        started = f"All journeys that started up to {when} (younger ones may still buy)"
    text = f"{started} and the customers they became; leads that bought: of who had met the"
    text += " definition of a lead. Cost is ad spend alone; LTV is gross margin"
    text += f" ({margin}% of what they pay) by churn" if margin is not None else " by churn"
    text += " over contract terms that are over, until the customer leaves, and as far as it comes"
    text += " within the first months"
    shared = [row for row in records if row["ltv_amount"] and not row["has_own_churn_rate"]]
    if shared and len(shared) == sum(row["ltv_amount"] is not None for row in records):
        text += "; LTV takes the churn of the whole company"
    elif shared:
        text += "; where few customers have left, LTV takes the churn of the whole company"
    text += _full_cost_text(company)
    return (
        f"{text}. A dash means that no ads were paid; too few, that the customers are too few to"
        " show what one is worth. The row of all channels has no cost per customer: ads did not"
        " bring the customers of the other channels."
    )


def _full_cost_text(company: Company) -> str:
    """What all customers cost with salaries, and what they are worth within the horizon."""
    text = ""
    for row in company["channel_economics"].where(slice_name="all"):
        if row["status"] != "too_few" and row["horizon_ltv_amount"]:
            months = company.variables.get("ltv_horizon_months")
            text += f" (within the first {months} months {words.amount(row['horizon_ltv_amount'])})"
        if row["full_cac_status"] == "not_recorded":
            text += "; salaries, tools and events are not recorded (seed acquisition_costs)"
        elif row["full_cac_amount"] and row["full_payback_months"]:
            text += (
                "; with ads, salaries, tools and events each of all"
                f" {words.count(row['customer_count'])} customers costs"
                f" {words.amount(row['full_cac_amount'])}, paid back in"
                f" {words.decimal(row['full_payback_months'])} months"
            )
    return text


def campaigns(company: Company) -> Block:
    records = company["campaigns"].records
    most = max((float(row["new_won_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(row["campaign"], is_heading=True, note=company.channel(row["channel"])),
            Cell(words.amount(row["spend_amount"]) if row["spend_amount"] else words.NOTHING),
            Cell(words.count(row["lead_count"])),
            Cell(words.count(row["mql_count"])),
            Cell(_each(row["spend_amount"], row["mql_count"])),
            Cell(words.count(row["sql_count"])),
            Cell(words.count(row["customer_count"])),
            Cell(words.count(row["influenced_opportunity_count"])),
            Cell(words.amount(row["sourced_pipeline_amount"])),
            Cell(words.amount(row["new_open_amount"])),
            Cell(
                words.amount(row["new_won_amount"]),
                bar=max(float(row["new_won_amount"] or 0), 0) / most if most else None,
                team=FINDING,
            ),
            Cell(words.amount(max(row["sourced_won_amount"] - row["new_won_amount"], 0))),
        )
        for row in records
    )
    totals = next(iter(company["campaign_totals"].records), {})
    won = words.amount(totals.get("won_amount"))
    nameless = "."
    if totals.get("won_amount"):
        unknown = words.amount(totals["unknown_won_amount"] or 0)
        channelless = words.amount(totals["channelless_won_amount"] or 0)
        nameless = (
            f"; {unknown} of {won} of new business won has no campaign, {channelless} of it no"
            " known channel either."
        )
    title = "Campaigns"
    if records and records[0]["new_won_amount"]:
        first = records[0]
        title = (
            f"Of the named campaigns, {first['campaign']} led to most new business by first touch:"
            f" {words.amount(first['new_won_amount'])}"
        )
    headings = (
        "Campaign",
        ".Spend",
        ".Leads",
        ".MQLs",
        ".Spend per MQL",
        ".SQLs",
        ".Customers",
        ".Influenced",
        ".Pipeline created",
        ".Open now",
        ".New business won",
        ".Renewals and expansion",
    )
    return Block(
        id="campaigns",
        title=title,
        rows=company["campaigns"],
        text=f"The last twelve months by first touch{nameless}"
        " Each figure stands in the month in which it happened. Pipeline created: won and lost ones"
        " included. Influenced: opportunities that it touched, also where another came first."
        " Open now: new business. At most fifteen campaigns, those with most new business"
        " won first, then pipeline, then spend.",
        grid=Grid(headings, rows, "Campaigns"),
        caveats=company.caveats("spend"),
        team=FINDING,
        span=3,
        empty="" if rows else "No campaign is named in the last twelve months.",
    )


MODELS = (("first", "First touch"), ("linear", "Linear"), ("last", "Last touch"))


def attribution(company: Company) -> Block:
    """The same revenue by three models: each column has all of it, so columns do not add up."""
    records = company["attribution"].records
    most = max((float(row[f"{code}_amount"]) for row in records for code, _ in MODELS), default=0)
    rows = tuple(
        (
            Cell(company.channel(row["channel"]), is_heading=True),
            *(
                Cell(
                    words.amount(row[f"{code}_amount"]),
                    bar=max(float(row[f"{code}_amount"]), 0) / most if most else None,
                    team=FINDING,
                    sum=f"{code}_amount",
                    form="amount",
                )
                for code, _ in MODELS
            ),
        )
        for row in records
    )
    title = "Revenue by channel, by three models"
    named = [row for row in records if row["channel"] != "unknown"]
    if named:
        moved = max(named, key=lambda row: abs(row["last_amount"] - row["first_amount"]))
        title = (
            f"{company.channel(moved['channel'])}: {words.amount(moved['first_amount'])} by first"
            f" touch, {words.amount(moved['last_amount'])} by last"
        )
    return Block(
        id="attribution",
        title=title,
        rows=company["attribution"],
        text="Won in the last twelve months, renewals and expansion included, by the touches before"
        " each win. Each column shares out the same revenue: do not add up the columns."
        " The campaigns above count by where the person of the journey first came from. New"
        " business alone, by first channel, is in the first table of this part.",
        grid=Grid(
            ("Channel", *(f".{name}" for _, name in MODELS)),
            rows,
            "Revenue by attribution model",
            tuple(row["channel"] for row in records),
        ),
        cube=filters.cube(company, "attribution_filtered"),
        team=FINDING,
        span=2,
        empty="" if rows else "No revenue was won.",
    )


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
        text=f"{customers}{_renewed(company)}Amount: what the customer pays for a contract now."
        " Expected: times the share of renewals that were won in the market. The forecast of"
        " bookings goes by when customers last signed, this card by when their contracts end. The"
        " contracts are in marts.worklists (renewals_ahead). Tickets, satisfaction, use of the"
        " product and overdue invoices are not in this report.",
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
    return f"{text}. "


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


COSTS = (
    ("lead_count", "lead"),
    ("mql_count", "MQL"),
    ("sql_count", "SQL"),
    ("customer_count", "customer"),
)


def costs(company: Company) -> Block:
    """What ads cost for each lead, MQL, SQL and customer, whether or not an ad brought it."""
    records = company["costs"].records
    months = [row for row in records if row["month_start"] is not None]
    channels = [row for row in records if row["month_start"] is None and row["spend_amount"]]
    paid = [row for row in months if row["spend_amount"] and row["mql_count"]]
    caveats = company.caveats("spend")
    title = "Ad spend for each lead, MQL, SQL and customer"
    if paid and paid[-1] is months[-1]:
        last, year = paid[-1], total(paid, "spend_amount") / total(paid, "mql_count")
        cost = float(last["spend_amount"]) / float(last["mql_count"])
        # Where spend is missing, the true cost lies above.
        least = "at least " if caveats else ""
        title = (
            f"Ad spend per MQL of all channels: {least}{words.amount(cost)} in"
            f" {words.month(last['month_start'])}, {words.amount(year)} in the year"
        )
    # Where spend is missing, or customers are few, a change of the cost says nothing.
    title = ("" if caveats else _dearer(company, channels)) or title
    panels = (
        Panel(
            ("channel",),
            _cost_grid(
                "Channel",
                [(company.channel(row["channel"]), row) for row in channels],
                {company.channel(row["channel"]): row for row in company["costs_before"].records},
            ),
        ),
        Panel(("month",), _cost_grid("Month", [(_month(row), row) for row in months])),
    )
    shown = total(channels, "spend_amount") > 0
    return Block(
        id="costs",
        title=title,
        rows=company["costs"],
        text=f"Of the last twelve months; the next card counts all journeys{_until(company)}."
        " By channel: its spend divided by whom it brought, and the same a year before. By month:"
        " all ad spend divided by all who met the definition, also by those whom no ad brought."
        " What a"
        " channel has open is in the first table of this part.",
        switches=(Switch("By", (("channel", "Paid channel"), ("month", "Month"))),),
        panels=panels if shown else (),
        caveats=caveats,
        team=FINDING,
        span=2,
        empty="" if shown else "No system provides ad spend.",
    )


# A channel whose customers cost so many times more, or less, than a year before is the title.
MANY_TIMES = 1.5


def _dearer(company: Company, channels: Sequence[Record]) -> str:
    """The channel whose cost per customer has changed most, where it has changed much."""
    before = {row["channel"]: row for row in company["costs_before"].records}
    found = []
    for row in channels:
        earlier = before.get(row["channel"], {})
        least = max(int(company.variables.get("minimum_group_size", 0)), 1)
        if row["customer_count"] + (earlier.get("customer_count") or 0) < 2 * least:
            continue
        if not (row["customer_count"] and earlier.get("customer_count")):
            continue
        if not earlier["spend_amount"]:
            continue
        now = float(row["spend_amount"]) / row["customer_count"]
        then = float(earlier["spend_amount"]) / earlier["customer_count"]
        found.append((max(now / then, then / now), now, then, row, earlier))
    if not found or max(found, key=lambda item: item[0])[0] < MANY_TIMES:
        return ""
    _, now, then, row, earlier = max(found, key=lambda item: item[0])
    return (
        f"{company.channel(row['channel'])}: {words.amount(now)} of ads per customer in the last"
        f" twelve months ({_customers(row)}), {words.amount(then)} in the twelve before"
        f" ({words.count(earlier['customer_count'])})"
    )


def _until(company: Company) -> str:
    """The last month whose journeys the card of the channels counts."""
    last_month = next((row["last_month"] for row in company["channel_economics"].records), None)
    return f" that started up to {words.month(last_month)}" if last_month else ""


def _month(row: Record) -> str:
    return words.short_month(row["month_start"])


def _cost_grid(
    name: str, rows: Sequence[tuple[str, Record]], before: Mapping[str, Record] | None = None
) -> Grid:
    headings = (name, ".Ad spend", *(f".Per {thing}" for _, thing in COSTS))
    if before is not None:
        headings += (".Customers", ".Per customer, the year before")
    cells = tuple(
        (
            Cell(label, is_heading=True),
            Cell(words.amount(row["spend_amount"])),
            *(Cell(_each(row["spend_amount"], row[column])) for column, _ in COSTS),
            *(_of_the_year_before(row, before.get(label, {})) if before is not None else ()),
        )
        for label, row in rows
    )
    return Grid(headings, cells, f"Ad spend by {name.lower()}")


def _of_the_year_before(row: Record, earlier: Record) -> tuple[Cell, ...]:
    return (
        Cell(words.count(row["customer_count"])),
        Cell(
            _each(earlier.get("spend_amount"), earlier.get("customer_count")),
            note=f"of {words.count(earlier['customer_count'])}" if earlier else "",
        ),
    )


def _part(value: float | None, whole: float | None) -> float | None:
    return (value or 0) / whole if whole else None


def _each(spend: object, number: object) -> str:
    if not spend or not number:
        return words.NOTHING
    return words.amount(float(str(spend)) / float(str(number)))


def scorecard(company: Company) -> Block:
    order = {stage: place for place, stage in enumerate(company.stages)}
    records = sorted(company["scorecard"].records, key=lambda row: order.get(row["stage"], 99))
    most = max((float(row["cohort_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(
                company.stage(row["stage"]),
                team=row["owner_team"],
                is_heading=True,
                note=company.team(row["owner_team"]),
            ),
            Cell(words.count(row["qualified_count"]), sum="qualified_count"),
            Cell(words.count(row["advanced_count"]), sum="advanced_count"),
            Cell(words.count(row["open_count"]), sum="open_count"),
            Cell(words.count(row["customer_count"]), sum="customer_count"),
            Cell(
                words.amount(row["cohort_amount"]),
                bar=max(float(row["cohort_amount"] or 0), 0) / most if most else None,
                team=row["owner_team"],
                sum="cohort_amount",
                form="amount",
            ),
            Cell(words.amount(row["booked_amount"]), sum="booked_amount", form="amount"),
            Cell(words.amount(row["target_amount"]), sum="target_amount", form="amount"),
        )
        for row in records
    )
    headings = (
        "Stage",
        ".Entered",
        ".Went on",
        ".Still there",
        ".Customers",
        ".Revenue so far",
        ".Booked in it",
        ".Target",
    )
    when = company.period("quarter", records[0]["period_start"]) if records else ""
    return Block(
        id="scorecard",
        title="Every team by the same revenue"
        if not rows
        else f"Every team by the same revenue: {when}",
        rows=company["scorecard"],
        text="Who entered each stage in the quarter, and what they have led to so far, whenever the"
        " revenue came. The earlier the stage, the less of it has come yet: who entered"
        " in the last weeks still has to buy. A journey counts in every stage that it entered: do"
        " not add up the rows.",
        grid=Grid(
            headings, rows, "Scorecard of the stages", tuple(row["stage"] for row in records)
        ),
        cube=filters.cube(company, "scorecard_filtered"),
        span=3,
        empty="" if rows else "No quarter is over yet.",
    )
