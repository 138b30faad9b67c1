"""The first screen: where we stand, what it comes to, what is worth most, what changed and why."""

from datetime import date

from funnel.report import charts, words
from funnel.report.blocks import Block, Item, Section, Tile
from funnel.report.company import FINDING, KEEPING, SELLING, SEVERITIES, Company, total
from funnel.report.meeting import points
from funnel.report.new_business import marketed_stage, share_of
from funnel.report.read import Record, Rows

# A win of this share of all is worth a word.
LARGE = 1 / 3
# Of what is open, one opportunity of this share is worth a word: it can be lost as a whole.
MUCH = 1 / 5
# Of the worst; the rest is in the history of alerts.
ALERTS_SHOWN = 4


def section(company: Company) -> Section:
    return Section(
        id="leadership",
        title="Leadership",
        tiles=[tile for tile in _tiles(company) if tile],
        blocks=[_bookings(company), _landing(company), _changes(company), _alerts(company)],
    )


def _tiles(company: Company) -> list[Tile]:
    return [
        _attainment(company),
        _forecast(company),
        _coverage(company),
        _new_pipeline(company),
        _retention(company),
        _bottleneck(company),
    ]


def _source(company: Company, name: str) -> str:
    return ", ".join(company[name].tables)


def _attainment(company: Company) -> Tile:
    """The period under way against its target, or the last one that is over."""
    label, tables = "Attainment", _source(company, "review")
    caveats = company.caveats("bookings")
    for start in (company.next("quarter"), company.last("quarter")):
        row = company.kpi("quarter", start, "bookings")
        if start and row["target"] and row["compared_actual"] is not None:
            text = f"{words.amount(row['compared_actual'])} of {words.amount(row['target'])} booked"
            text += f", {company.period('quarter', start)}"
            share = words.attained(row["attainment_ratio"])
            elsewhere = row["actual"] - row["compared_actual"]
            if elsewhere > 0:
                text += f"; {words.amount(elsewhere)} more in markets without a target"
            text += _new_business(company, start) + _year_to_date(company, start)
            return Tile(label, share, text, tables, None, caveats, "#review")
    row = company.kpi("quarter", company.last("quarter"), "bookings")
    if row["actual"] is None:
        return Tile(label, words.NOTHING, "No bookings and no target yet", tables)
    when = company.period("quarter", row["period_start"])
    grew = words.more_or_fewer(row["actual"], row["year_before_actual"], "a year before")
    text = f"{when}{': ' + grew if grew else ''}. No target was set for it"
    return Tile("Bookings", company.money(row["actual"]), text, tables, None, caveats, "#review")


def _new_business(company: Company, start: date) -> str:
    """New business against its own target, also without a win that is much of it."""
    row = company.kpi("quarter", start, "bookings_new")
    if row["compared_actual"] is None or not row["target"]:
        return ""
    text = f"; new business {words.attained(row['attainment_ratio'])}{_by_market(company, start)}"
    if start != company.last("quarter"):
        return text
    # A win of a market without a target is not in what is compared.
    wins = company["largest_by_kind"].where(period="quarter", revenue_type="new")
    targeted = [
        win
        for win in wins
        if win["funnel"] != "all"
        and company.kpi("quarter", start, "bookings_new", win["funnel"])["target"]
    ]
    if row["compared_actual"] == row["actual"]:
        targeted = wins
    largest = max((float(win["largest_amount"]) for win in targeted), default=0)
    count = max((win["win_count"] for win in wins), default=0)
    whole = float(row["compared_actual"])
    if largest >= LARGE * whole and count > 2:
        share = words.percent((whole - largest) / float(row["target"]))
        text += f", {share} without one win of {words.amount(largest)}"
    return text


# More markets than this are not named in one sentence.
MOST_MARKETS = 5


def _by_market(company: Company, start: date) -> str:
    """New business of each market against its target: the sum hides who is behind."""
    rows = {
        name: company.kpi("quarter", start, "bookings_new", funnel)
        for funnel, name in company.funnels.items()
        if funnel != "all"
    }
    shares = [
        f"{name} {words.attained(row['attainment_ratio'])}"
        for name, row in sorted(rows.items(), key=lambda item: item[1]["attainment_ratio"] or 0)
        if row["attainment_ratio"] is not None
    ]
    return f" ({', '.join(shares)})" if 1 < len(shares) <= MOST_MARKETS else ""


def _year_to_date(company: Company, start: date) -> str:
    """All quarters of the fiscal year that are over against their targets, and new business alone:
    renewals can hide that it falls behind."""
    last = company.last("quarter")
    if last is None:
        return ""
    first = int(company.variables.get("fiscal_year_start_month", 1))
    year = date(start.year - (start.month < first), first, 1)
    # In the first quarter of a fiscal year no quarter of it is over.
    start = min(start, last)
    if start < year:
        return ""
    starts = [row["period_start"] for row in company.review("quarter")]
    quarters = sorted({day for day in starts if year <= day <= start})
    if len(quarters) < 2:
        return ""
    texts: list[str] = []
    for metric, name in (("bookings", "year to date"), ("bookings_new", "of it new business")):
        rows = [company.kpi("quarter", day, metric) for day in quarters]
        if any(row["compared_actual"] is None or not row["target"] for row in rows):
            return "; ".join(["", *texts])
        share = total(rows, "compared_actual") / total(rows, "target")
        texts.append(f"{name} {words.attained(share)}")
    return f"; {', '.join(texts)}"


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


# The kinds of bookings, whose targets and forecasts add up to those of all.
KINDS = (
    ("bookings_new", "new business"),
    ("bookings_renewal", "renewals"),
    ("bookings_expansion", "expansion"),
)


def _still_needed(company: Company, start: date, short: float) -> str:
    """Where the forecast falls short of its target, by kind of bookings."""
    if short <= 0:
        return ""
    rows = [
        (
            company.kpi("quarter", start, metric)["target"],
            company.compared_forecast("quarter", start, metric),
            name,
        )
        for metric, name in KINDS
    ]
    if any(forecast is None or target is None for target, forecast, _ in rows):
        return f"; {words.amount(short)} short"
    gaps = [(float(target or 0) - (forecast or 0), name) for target, forecast, name in rows]
    parts = [f"{name} {words.signed(-gap, 'amount')}" for gap, name in sorted(gaps, reverse=True)]
    text = f"; {words.amount(short)} short: {', '.join(parts)}"
    return text


def _forecast(company: Company) -> Tile:
    start = company.next("quarter")
    row = company.kpi("quarter", start, "bookings")
    tables = _source(company, "review")
    if not start or row["forecast"] is None:
        text = "Nothing to forecast from yet"
        if row["forecast_reason"] == "not_recorded":
            text = "Not recorded: no system provides opportunities"
        return Tile("Forecast", words.NOTHING, text, tables)
    text = f"forecast of all bookings, {company.period('quarter', start)}"
    if row["forecast_low_80"] is not None:
        low, high = row["forecast_low_80"], row["forecast_high_80"]
        # The interval leaves out one in ten on either side.
        often = "four times in five" if words.matters(low, high) else "nine times in ten"
        text += f"; {often} {words.between(low, high)}"
    if row["target"]:
        compared = company.compared_forecast("quarter", start, "bookings") or 0
        share = words.attained(compared / float(row["target"]))
        text += f": {share} of the target of {words.amount(row['target'])}"
        elsewhere = float(row["forecast"]) - compared
        if elsewhere > 0:
            text += f", with {words.amount(elsewhere)} more in markets without a target"
        if row["forecast_high_80"] is not None and row["forecast_high_80"] < row["target"]:
            text += ", which lies above that range"
        text += _still_needed(company, start, float(row["target"]) - compared)
    text += _new_business_forecast(company, start)
    return Tile("Forecast", company.money(row["forecast"]), text, tables, None, (), "#bookings")


def _new_pipeline(company: Company) -> Tile:
    """What was created of new business in the last quarter, and how much marketing had prepared."""
    tables = "marts.fct_pipeline_waterfall_by_period, marts.dim_opportunities"
    team, link = FINDING, "#new-business"
    last = company.last("quarter")
    now = company["marketed_new_business"].where(key=str(last))
    if last is None or not total(now, "created_count"):
        text = "No opportunity of new business was created in the last quarter"
        text = "No quarter is over yet" if last is None else text
        return Tile("New pipeline", words.NOTHING, text, tables, team)
    created = total(now, "created_amount")
    text = (
        f"new business created in the {company.period('quarter', last)}, in"
        f" {words.count(total(now, 'created_count'))} opportunities"
    )
    for start, name in (
        (words.quarter_before(last), "the quarter before"),
        (last.replace(year=last.year - 1), "a year before"),
    ):
        earlier = company["marketed_new_business"].where(key=str(start))
        grew = words.more_or_fewer(created, total(earlier, "created_amount"), name)
        text += f"; {grew} ({words.count(total(earlier, 'created_count'))})" if grew else ""
    share = share_of(now, "marketed_count", "created_count")
    if share is not None:
        stage = marketed_stage(company)
        text += f"; {words.percent(share)} of these had qualified as {stage} before"
    target = company.kpi("quarter", last, "pipeline_created")["attainment_ratio"]
    text += f"; {words.attained(target)} of the target" if target is not None else ""
    return Tile("New pipeline", company.money(created), text, tables, team, (), link)


def _new_business_forecast(company: Company, start: date) -> str:
    """Its own interval, which that of all bookings hides, and what the last quarters brought."""
    row = company.kpi("quarter", start, "bookings_new")
    if row["forecast"] is None or row["forecast_low_80"] is None:
        return ""
    low, high = row["forecast_low_80"], row["forecast_high_80"]
    text = f"; new business {words.amount(row['forecast'])} ({words.between(low, high)}"
    starts = [day for day in company.starts("quarter", is_complete=True) if day < start][-4:]
    came = [company.kpi("quarter", day, "bookings_new")["actual"] for day in starts]
    known = [words.amount(value) for value in came if value is not None]
    return f"{text}; the last quarters {', '.join(known)})" if known else f"{text})"


def _coverage_by_market(company: Company, start: date) -> str:
    """The sum hides a market with too little."""
    rows = {
        name: company.kpi("quarter", start, "coverage", funnel)
        for funnel, name in company.funnels.items()
        if funnel != "all"
    }
    shown = {
        name: row["actual"] if row["actual"] is not None else row["forecast"]
        for name, row in rows.items()
    }
    parts = [
        f"{name} {words.times(value)}"
        for name, value in sorted(shown.items(), key=lambda item: item[1] or 0)
        if value is not None
    ]
    return f" ({', '.join(parts)})" if 1 < len(parts) <= MOST_MARKETS else ""


def _coverage(company: Company) -> Tile:
    start = company.next("quarter")
    row = company.kpi("quarter", start, "coverage")
    value = row["actual"] if row["actual"] is not None else row["forecast"]
    tables, team = _source(company, "review"), SELLING
    if value is None or not start:
        text = "Open pipeline against target: no target, or nothing open"
        return Tile("Coverage", words.NOTHING, text, tables, team)
    when = company.period("quarter", start)
    text = f"new business open for each 1 of its target, {when}"
    text += _coverage_by_market(company, start)
    if row["target"]:
        text += f"; {words.times(row['target'])} is agreed"
        aim = company.kpi("quarter", start, "bookings_new")["target"]
        lacks = float(aim or 0) * (float(row["target"]) - float(value))
        open_then = "is open" if row["actual"] is None else "was open when the quarter began"
        text += f", {words.amount(lacks)} more than {open_then}" if lacks > 0 else ""
    text += _due_in(company, start)
    text += _overdue(company)
    tables = ", ".join(dict.fromkeys((tables, _source(company, "open_new_business"))))
    return Tile("Coverage", words.times(value), text, tables, team, (), "#pipeline")


def _due_in(company: Company, start: date) -> str:
    """What is expected to close in the quarter itself; the rest of the pipeline is for later."""
    target = company.kpi("quarter", start, "bookings_new")["target"]
    months = [
        row for row in company["open_by_month"].where(revenue_type="new") if row["close_month"]
    ]
    if not target or not months:
        return ""
    after = words.next_month(words.next_month(words.next_month(start)))
    within = [row for row in months if row["close_month"] < after]
    due = total(within, "due_amount")
    text = f"; {words.times(due / float(target))} has its close date in it"
    largest = max((float(row["largest_amount"]) for row in within), default=0)
    if due and largest >= MUCH * due and total(within, "due_count") > 2:
        rest = words.times((due - largest) / float(target))
        text += f" (of these, {rest} without one opportunity of {words.amount(largest)})"
    return text


def _overdue(company: Company) -> str:
    """What is open although it should have been closed by now covers no target."""
    row = next(iter(company["open_new_business"].records), None)
    if not row or not row["overdue_amount"]:
        return ""
    overdue, whole = words.amount(row["overdue_amount"]), words.amount(row["open_amount"])
    return f"; of {whole} open, {overdue} is past its expected close date"


def _retention(company: Company) -> Tile:
    tables, team = _source(company, "trailing_retention"), KEEPING
    row = next(iter(company["trailing_retention"].records), None)
    if not row or not row["opening_amount"]:
        text = "No customer has paid for twelve months, or no system provides subscriptions"
        return Tile("Retention (NRR)", words.NOTHING, text, tables, team)
    opening = float(row["opening_amount"])
    kept = words.percent(float(row["retained_amount"]) / opening, 1)
    text = f"of the recurring revenue of twelve months ago; {kept} without expansion (GRR)"
    text += f"; {row['lost_count']} of {row['customer_count']} customers left"
    text += _without_the_largest(row) + _recurring_now(company)
    value = words.percent(float(row["closing_amount"]) / opening, 1)
    return Tile("Retention (NRR)", value, text, tables, team, company.caveats("nrr"), "#mrr")


def _without_the_largest(row: Record) -> str:
    """One customer that moves the rate by a point or more hides what the others do."""
    closing, opening = float(row["closing_amount"]), float(row["opening_amount"])
    now, then = float(row["mover_closing_amount"]), float(row["mover_opening_amount"])
    rest = opening - then
    if rest <= 0 or abs((closing - now) / rest - closing / opening) < 0.01:
        return ""
    did = "left" if not now else "reduced" if now < then else "expanded"
    kept = float(row["retained_amount"]) - min(then, now)
    return (
        f"; without the one customer that {did} and changed it most,"
        f" {words.percent((closing - now) / rest, 1)} and {words.percent(kept / rest, 1)}"
    )


def _recurring_now(company: Company) -> str:
    """What customers paid at the end of the last quarter, against its target."""
    row = company.kpi("quarter", company.last("quarter"), "mrr")
    if row["actual"] is None:
        return ""
    when = company.quarter(row["period_start"])
    text = f"; MRR {words.amount(row['actual'])} (ARR {words.amount(12 * float(row['actual']))})"
    text += f" at the end of {when}"
    if row["attainment_ratio"] is not None:
        text += f", {words.attained(row['attainment_ratio'])} of its target"
    return text


def _bottleneck(company: Company) -> Tile:
    tables = _source(company, "bottlenecks")
    row = next(
        (row for row in company["bottlenecks"].records if row["one_point_gain_amount"]), None
    )
    if not row:
        return Tile("Bottleneck", words.NOTHING, "Too little history to tell", tables)
    following = _stage_after(company, row["stage"])
    text = f"a year is what one more point is worth of the rate {company.stage(row['stage'])}"
    text += f" to {following}" if following else " to the next stage"
    if row["past_limit_count"]:
        text += (
            f"; {words.count(row['past_limit_count'])} of {words.count(row['open_count'])} wait"
            f" past the limit of {row['time_limit_days']} days"
        )
    value = company.money(row["one_point_gain_amount"])
    return Tile("Bottleneck", value, text, tables, row["owner_team"], (), "#bottlenecks")


def _stage_after(company: Company, stage: str) -> str | None:
    """The next stage on the way to the win, or the win itself."""
    path = [*company.stages_to_win, company.stage_of("win")]
    place = path.index(stage) if stage in path else len(path)
    return company.stage(path[place + 1]) if place + 1 < len(path) else None


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
            float(row["low_80_today_amount"]),
            float(row["today_amount"]),
            float(row["high_80_today_amount"]),
            float(row["new_target_amount"]),
            f"{_likely(row['today_hit_probability'])} likely",
        )
        for row in rows
        if row["today_amount"] is not None
    ]
    likely = [row for row in rows if (row["today_hit_probability"] or 0) >= 0.5]
    title = f"{len(likely)} of {len(rows)} markets are more likely than not to reach their target"
    if len(rows) == 1:
        title = f"The target is {words.percent(rows[0]['today_hit_probability'])} likely"
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
    "volume": "more or fewer people came",
    "mix": "they came from other markets and channels",
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
