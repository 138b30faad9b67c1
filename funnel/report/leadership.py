"""The first screen: where we stand, what it comes to, what is worth most, what changed and why."""

from datetime import date

from funnel.report import charts, words
from funnel.report.blocks import Block, Item, Section
from funnel.report.company import KEEPING, SELLING, SEVERITIES, Company, total
from funnel.report.meeting import points
from funnel.report.read import Record, Rows
from funnel.report.tiles import LARGE, tiles

# Of the worst; the rest is in the history of alerts.
ALERTS_SHOWN = 4


def section(company: Company) -> Section:
    return Section(
        id="leadership",
        title="Leadership",
        tiles=tiles(company),
        blocks=[_bookings(company), _landing(company), _changes(company), _alerts(company)],
    )


def _parts(company: Company, start: date | None) -> str:
    """What a landing is made of: won, open funnel, leads to come, customers."""
    names = {
        "recorded": "won",
        "expected_open_amount": "from the open funnel",
        "expected_lead_amount": "from leads to come",
        "expected_customer_amount": "renewals and expansion",
    }
    if start is None:
        return ""
    for row in company["landing"].where(period_start=start):
        parts = [f"{words.amount(row[column])} {name}" for column, name in names.items()]
        when = company.period("quarter", start)
        return f" The {when} is forecast at {words.amount(row['forecast'])}: {' + '.join(parts)}."
    return ""


def _bookings(company: Company) -> Block:
    shown = points(company, "month", "bookings")
    row = company.kpi("month", company.last("month"), "bookings")
    title, picture = "Bookings", charts.line(shown, charts.INK) if shown else ""
    if row["actual"] is not None:
        when = words.period("month", row["period_start"])
        grew = words.more_or_fewer(row["actual"], row["year_before_actual"], "a year before")
        title = f"{words.amount(row['actual'])} booked in {when}{', ' + grew if grew else ''}"
        if row["attainment_ratio"] is not None:
            title += f", {words.attained(row['attainment_ratio'])} of the target"
    return Block(
        id="bookings",
        title=title,
        rows=_only(company["review"], metric="bookings", period_kind="month", funnel="all"),
        text="By month. Grey: a year before. Hollow: forecast. Tick: target."
        f"{_parts(company, company.next('quarter'))}",
        picture=picture,
        alt=f"{title}. Line of the bookings of each month.",
        caveats=company.caveats("bookings"),
        empty="No bookings are recorded." if not shown else "",
    )


def _landing(company: Company) -> Block:
    rows = [row for row in company["targets"].where(is_total=True) if row["new_target_amount"]]
    names = company.funnels
    values = [
        charts.Interval(
            names.get(row["funnel"], words.plain(row["funnel"])),
            float(row["low_80_current_pace_amount"]),
            float(row["current_pace_amount"]),
            float(row["high_80_current_pace_amount"]),
            float(row["new_target_amount"]),
            f"{_likely(row['current_pace_hit_probability'])} likely",
        )
        for row in rows
        if row["current_pace_amount"] is not None
    ]
    likely = [row for row in rows if (row["current_pace_hit_probability"] or 0) >= 0.5]
    title = f"{len(likely)} of {len(rows)} markets are more likely than not to reach their target"
    if len(rows) == 1:
        title = f"The target is {words.percent(rows[0]['current_pace_hit_probability'])} likely"
    return Block(
        id="landing",
        title=title if values else "Landing against target",
        rows=company["targets"],
        text=f"New business of {company.planned or 'all planned months'} with as many leads as"
        " today. Point: expected. Band: 80% interval. Tick: target.",
        picture=charts.intervals(values, company.colour(SELLING)) if values else "",
        alt="; ".join(
            f"{value.name}: expected {words.amount(value.value)}, between"
            f" {words.amount(value.low)} and {words.amount(value.high)},"
            f" target {words.amount(value.target)}, {value.label}"
            for value in values
        ),
        team=SELLING,
        empty="" if values else "No target is set, or there is no history to plan from.",
    )


def _likely(chance: float | None) -> str:
    """Below one half, what rounds to one half is not called so."""
    text = words.percent(chance)
    is_below = chance is not None and chance < 0.5 and text == words.percent(0.5)
    return f"just under {text}" if is_below else text


def _only(rows: Rows, **wanted: object) -> Rows:
    values = tuple(tuple(record.values()) for record in rows.where(**wanted))
    return Rows(rows.name, rows.tables, rows.columns, values)


def _changes(company: Company) -> Block:
    items = [
        item
        for item in (
            _bookings_change(company),
            _count_change(company),
            _recurring_change(company) or _meaning_change(company),
        )
        if item
    ]
    drivers = company["bookings_drivers"]
    tables = tuple(
        dict.fromkeys(
            table
            for name in ("bookings_drivers", "stage_count_parts", "mrr")
            for table in company[name].tables
        )
    )
    return Block(
        id="changes",
        title="What changed, and why",
        rows=Rows("bookings_drivers", tables, drivers.columns, drivers.values),
        items=tuple(items),
        empty="" if items else "There is no earlier period to compare with.",
    )


def _drivers(company: Company) -> list[Record]:
    start: date | None = company.last("month")
    return company["bookings_drivers"].where(
        period_kind="month", comparison="prior", period_start=start
    )


def _bookings_change(company: Company) -> Item | None:
    drivers = _drivers(company)
    if not drivers:
        return None
    change = total(drivers, "change_amount")
    ranked = sorted(drivers, key=lambda row: float(row["change_amount"] or 0))
    worst, best = ranked[0], ranked[-1]
    main, other = (worst, best) if change < 0 else (best, worst)
    when = words.period("month", drivers[0]["period_start"])
    before = words.period("month", drivers[0]["earlier_start"])
    text = (
        f"Bookings of {when} are {words.signed(change, 'amount')} against {before}. Most of it:"
        f" {main['driver_name']} {words.signed(main['change_amount'], 'amount')}"
    )
    if float(other["change_amount"] or 0) * float(main["change_amount"] or 0) < 0:
        text += (
            f"; the other way: {other['driver_name']}"
            f" {words.signed(other['change_amount'], 'amount')}"
        )
    one_win = _one_win(company, drivers[0])
    text += f".{one_win}"
    owner = worst["owner_team"]
    before_driver = _stage_before(company, worst["driver"])
    waiting = company["waiting"].where(finding="past_time_limit", stage=before_driver)
    if float(worst["change_amount"] or 0) >= 0:
        return Item(text, main["owner_team"], "Keep what made it grow.", "Bookings")
    if one_win and worst["driver"] == "opportunity_value":
        return Item(text, owner, "Look at the other wins: one alone moved the average.", "Bookings")
    todo = f"See why {worst['driver_name']} fell"
    if waiting and waiting[0]["journey_count"]:
        lot = waiting[0]
        todo += (
            f", and go through the {words.count(lot['journey_count'])} in"
            f" {company.stage(lot['stage'])} past their time limit (worklists)"
        )
    return Item(text, owner, todo + ".", "Bookings")


def _one_win(company: Company, row: Record) -> str:
    """One win that is a third of the new business of its month moves the average alone."""
    for period, column in (("month", "period_start"), ("month_before", "earlier_start")):
        for win in company["largest_new_wins"].where(period=period):
            is_large = float(win["won_amount"]) >= LARGE * float(win["whole_amount"])
            if is_large and win["win_count"] > 2:
                when = words.period("month", row[column])
                share = words.percent(float(win["won_amount"] / win["whole_amount"]))
                return (
                    f" One win of {words.amount(win['won_amount'])} was {share} of the new business"
                    f" of {when}."
                )
    return ""


def _stage_before(company: Company, driver: str) -> str | None:
    """The stage from which a rate leads to the driver's stage; none where the driver is no rate."""
    stages = list(company.stages)
    place = stages.index(driver) if driver in stages else 0
    return stages[place - 1] if place else None


PARTS = {
    "volume": "the number of people who came",
    "mix": "another mix of markets and channels",
    "version": "another version of the definition is in force",
    "restatement": "earlier counts were restated",
}


def _count_change(company: Company) -> Item | None:
    parts = company["stage_count_parts"].where(period_kind="month")
    if not parts:
        return None
    main = max(parts, key=lambda row: abs(float(row["change"] or 0)))
    if not main["change"]:
        return None
    then, now = main["earlier_reported_count"], main["qualified_count"]
    cause = PARTS.get(main["driver"], f"the definition's rule “{words.plain(main['rule'])}”")
    when = words.period("month", main["period_start"])
    text = (
        f"{words.count(now)} met the definition of {company.stage(main['stage'])} in {when},"
        f" after {words.count(then)}, whatever labels the systems set. The largest part: {cause}"
        f" ({words.signed(main['change'])})."
    )
    text += _behind(company)
    todo = "Before you act on the count, see what moved it: marts.stage_count_changes_by_period."
    return Item(text, main["owner_team"], todo, "Counts")


def _behind(company: Company) -> str:
    """The count whose forecast for the quarter to come falls furthest behind its target."""
    start = company.next("quarter")
    rows = [
        row
        for row in company.review("quarter")
        if row["period_start"] == start
        and row["unit"] == "count"
        and row["forecast"] is not None
        and row["target"]
        and not company.is_lower_better(row["metric"])
    ]
    # The target of some markets is compared with the forecast of these.
    forecasts = {
        row["metric"]: company.compared_forecast("quarter", start, row["metric"]) or 0.0
        for row in rows
    }
    worst = min(rows, key=lambda row: forecasts[row["metric"]] / float(row["target"]), default=None)
    if not worst or start is None or forecasts[worst["metric"]] >= worst["target"]:
        return ""
    forecast = forecasts[worst["metric"]]
    share = words.attained(forecast / float(worst["target"]))
    return (
        f" Furthest behind in the {company.period('quarter', start)}: {worst['metric_name']},"
        f" forecast at {words.count(forecast)} of {words.count(worst['target'])}"
        f" ({share})."
    )


def _recurring_change(company: Company) -> Item | None:
    months = sorted(company["mrr"].records, key=lambda row: row["period_start"])
    if not months:
        return None
    row = months[-1]
    change = float(row["closing_amount"] - row["opening_amount"])
    left = float(row["churn_amount"] + row["contraction_amount"])
    text = (
        f"MRR {words.signed(change, 'amount')} in"
        f" {words.period('month', row['period_start'])}: new"
        f" {words.signed(row['new_amount'], 'amount')}, expansion"
        f" {words.signed(row['expansion_amount'], 'amount')}, churned or reduced"
        f" {words.signed(-left, 'amount')}."
    )
    todo = "Nobody left or reduced. Thank who expanded."
    if left:
        todo = "See who left and why (customers who left), and ask who reduced for the reason."
    return Item(text, KEEPING, todo, "Recurring revenue")


def _meaning_change(company: Company) -> Item | None:
    alert = next(iter(_ranked(company.open_alerts)), None)
    if not alert:
        return None
    return Item(alert["summary"], alert["owner_team"], alert["next_step"] + ".", "Meaning")


def _ranked(alerts: list[Record]) -> list[Record]:
    """The worst first, then those that touch most."""
    return sorted(
        alerts,
        key=lambda alert: (
            SEVERITIES.index(alert["severity"]) if alert["severity"] in SEVERITIES else 9,
            -(alert["affected_count"] or 0),
        ),
    )


def _alerts(company: Company) -> Block:
    alerts = _ranked(company.open_alerts)
    items = tuple(
        Item(
            alert["summary"],
            alert["owner_team"],
            (alert["next_step"] or "") + ".",
            alert["severity"],
            f"since {words.day(alert['first_seen_date'])}",
        )
        for alert in alerts[:ALERTS_SHOWN]
    )
    more = len(alerts) - len(items)
    title = "No alert is open"
    if alerts:
        title = f"{len(alerts)} alert{'s are' if len(alerts) > 1 else ' is'} open"
    quiet = company["alerts"].where(status="quiet")
    others = [f"{more} more"] if more > 0 else []
    others += [f"{len(quiet)} quiet"] if quiet else []
    return Block(
        id="open-alerts",
        title=title,
        rows=company["alerts"],
        items=items,
        more=f"{', '.join(others)}, and those that are over" if others else "Those that are over",
        link="#alert-history",
        empty="" if items else "Labels, fields and sources mean what they meant.",
    )
