"""The numbers of the first screen: each with one sentence, and what else a reader should know."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from funnel.report import words
from funnel.report.blocks import Tile
from funnel.report.company import FINDING, KEEPING, SELLING, Company, total
from funnel.report.new_business import marketed_stage, share_of
from funnel.report.read import Record

# A win of this share of all is worth a word.
LARGE = 1 / 3
# Of what is open, one opportunity of this share is worth a word: it can be lost as a whole.
MUCH = 1 / 5
# More markets than this are not named in one sentence.
MOST_MARKETS = 5


def tiles(company: Company) -> list[Tile]:
    return [
        _attainment(company),
        _forecast(company),
        coverage(company),
        _new_pipeline(company),
        _retention(company),
        _bottleneck(company),
    ]


def _source(company: Company, *names: str) -> str:
    return ", ".join(dict.fromkeys(table for name in names for table in company[name].tables))


def _attainment(company: Company) -> Tile:
    """The period under way against its target, or the last one that is over."""
    label, tables = "Attainment", _source(company, "review")
    caveats = company.caveats("bookings")
    for start in (company.next("quarter"), company.last("quarter")):
        row = company.kpi("quarter", start, "bookings")
        if start and row["target"] and row["compared_actual"] is not None:
            text = (
                f"{words.amount(row['compared_actual'])} of the target of"
                f" {words.amount(row['target'])} is booked, {company.period('quarter', start)}"
            )
            details = (
                _without_the_largest_wins(company, start, row),
                _new_business(company, start),
                _year_to_date(company, start),
                _elsewhere(row["actual"] - row["compared_actual"], "booked"),
            )
            share = words.attained(row["attainment_ratio"])
            return Tile(label, share, text, tables, None, caveats, "#review", _said(*details))
    row = company.kpi("quarter", company.last("quarter"), "bookings")
    if row["actual"] is None:
        return Tile(label, words.NOTHING, "No bookings and no target yet", tables)
    when = company.period("quarter", row["period_start"])
    grew = words.more_or_fewer(row["actual"], row["year_before_actual"], "a year before")
    text = f"{when}{': ' + grew if grew else ''}. No target was set for it"
    return Tile("Bookings", company.money(row["actual"]), text, tables, None, caveats, "#review")


def _said(*sentences: str) -> tuple[str, ...]:
    """Those that there are."""
    return tuple(sentence for sentence in sentences if sentence)


def _elsewhere(amount: Any, what: str) -> str:
    """What is in no comparison with a target, since its market has none."""
    if float(amount) <= 0.5:
        return ""
    return f"Not in it: {words.amount(amount)} {what} in markets without a target"


def _new_business(company: Company, start: date) -> str:
    """New business against its own target, also without a win that is much of it."""
    row = company.kpi("quarter", start, "bookings_new")
    if row["compared_actual"] is None or not row["target"]:
        return ""
    text = f"New business: {words.attained(row['attainment_ratio'])} of its target"
    text += _by_market(company, start)
    if start != company.last("quarter"):
        return text
    targeted = _largest_compared(company, start, row, "new")
    largest = max((float(win["largest_amount"]) for win in targeted), default=0)
    wins = company["largest_by_kind"].where(period="quarter", revenue_type="new")
    count = max((win["win_count"] for win in wins), default=0)
    whole = float(row["compared_actual"])
    if largest >= LARGE * whole and count > 2:
        share = words.percent((whole - largest) / float(row["target"]))
        text += f"; {share} without one win of {words.amount(largest)}"
    return text


def _largest_compared(company: Company, start: date, row: Record, kind: str) -> list[Record]:
    """The largest wins of a kind that are in what is compared with the target of the row: one of a
    market without a target is not."""
    wins = company["largest_by_kind"].where(period="quarter", revenue_type=kind)
    if row["compared_actual"] == row["actual"]:
        return wins
    return [
        win
        for win in wins
        if win["funnel"] != "all"
        and company.kpi("quarter", start, row["metric"], win["funnel"])["target"]
    ]


def _without_the_largest_wins(company: Company, start: date, row: Record) -> str:
    """What is attained without the largest win of new business and the largest renewal, where they
    are much of it."""
    if start != company.last("quarter") or not row["target"]:
        return ""
    whole = float(row["compared_actual"])
    found = []
    for kind, name in (("new", "win of new business"), ("renewal", "renewal")):
        wins = _largest_compared(company, start, row, kind)
        if not wins or sum(win["win_count"] for win in wins) <= 2:
            continue
        win = max(wins, key=lambda win: float(win["largest_amount"]))
        if whole and float(win["largest_amount"]) >= MUCH / 2 * whole:
            account = f" ({win['largest_account']})" if win["largest_account"] else ""
            found.append((float(win["largest_amount"]), name, account))
    largest = sum(amount for amount, *_ in found)
    if not found or largest < MUCH * whole:
        return ""
    rest = whole - largest
    named = " and ".join(
        f"one {name} of {words.amount(amount)}{account}" for amount, name, account in found
    )
    return f"{words.attained(rest / float(row['target']))} without {named}"


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
    for metric, name in (("bookings", "Year to date:"), ("bookings_new", "new business alone")):
        rows = [company.kpi("quarter", day, metric) for day in quarters]
        if any(row["compared_actual"] is None or not row["target"] for row in rows):
            return "; ".join(texts)
        share = total(rows, "compared_actual") / total(rows, "target")
        texts.append(f"{name} {words.attained(share)}")
    return "; ".join(texts)


# The kinds of bookings, whose targets and forecasts add up to those of all.
KINDS = (
    ("bookings_new", "new business"),
    ("bookings_renewal", "renewals"),
    ("bookings_expansion", "expansion"),
)


def _forecast(company: Company) -> Tile:
    start = company.next("quarter")
    row = company.kpi("quarter", start, "bookings")
    tables = _source(company, "review")
    if not start or row["forecast"] is None:
        text = "Nothing to forecast from yet"
        if row["forecast_reason"] == "not_recorded":
            text = "Not recorded: no system provides opportunities"
        return Tile("Forecast", words.NOTHING, text, tables)
    when = company.period("quarter", start)
    text = f"forecast of all bookings, {when}"
    details = [_range(row)]
    if row["target"]:
        compared = company.compared_forecast("quarter", start, "bookings") or 0
        text = f"{_against(compared, float(row['target']))}, {when}"
        elsewhere = float(row["forecast"]) - compared
        if elsewhere > 0.5:
            text += f"; the other {words.amount(elsewhere)} is in markets without a target"
        details.append(_still_needed(company, start, float(row["target"]) - compared))
    details.append(_new_business_forecast(company, start))
    value = company.money(row["forecast"])
    return Tile("Forecast", value, text, tables, None, (), "#bookings", _said(*details))


def _against(value: float, target: float) -> str:
    """`1.99M of the target of 2.15M (93%, 161k short)`."""
    share, gap = words.attained(value / target), target - value
    over = f"{words.amount(abs(gap))} {'short' if gap > 0 else 'above'}" if abs(gap) > 0.5 else ""
    among = ", ".join(_said(share, over))
    return f"{words.amount(value)} of the target of {words.amount(target)} ({among})"


def _range(row: Record) -> str:
    """What is forecast, with its interval."""
    if row["forecast_low_80"] is None:
        return ""
    low, high = row["forecast_low_80"], row["forecast_high_80"]
    # The interval leaves out one in ten on either side.
    often = "four times in five" if words.matters(low, high) else "nine times in ten"
    text = f"All bookings come to {words.between(low, high)} {often}"
    if row["target"] and high < row["target"]:
        text += ": the target lies above that range"
    return text


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
        return ""
    gaps = [(float(target or 0) - (forecast or 0), name) for target, forecast, name in rows]
    parts = [f"{name} {words.signed(-gap, 'amount')}" for gap, name in sorted(gaps, reverse=True)]
    return f"The {words.amount(short)} short: {', '.join(parts)}"


def _new_business_forecast(company: Company, start: date) -> str:
    """On the basis of its target, with its own interval, which that of all bookings hides, and what
    the last quarters brought."""
    row = company.kpi("quarter", start, "bookings_new")
    if row["forecast"] is None or row["forecast_low_80"] is None:
        return ""
    low, high = row["forecast_low_80"], row["forecast_high_80"]
    text = f"New business: {words.amount(row['forecast'])} ({words.between(low, high)})"
    compared = company.compared_forecast("quarter", start, "bookings_new")
    if row["target"] and compared is not None:
        target = float(row["target"])
        text = f"New business: {_against(compared, target)}"
        if float(row["forecast"]) - compared > 0.5:
            text += f"; {words.amount(row['forecast'])} with markets without a target"
        else:
            text += "; in all"
        text += f" ({words.between(low, high)})"
    starts = [day for day in company.starts("quarter", is_complete=True) if day < start][-4:]
    came = [company.kpi("quarter", day, "bookings_new")["actual"] for day in starts]
    known = [words.amount(value) for value in came if value is not None]
    return f"{text}; the last quarters brought {', '.join(known)}" if known else text


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
    created, number = total(now, "created_amount"), total(now, "created_count")
    when = company.period("quarter", last)
    text = f"new business created in {words.count(number)} opportunities, {when}"
    details = [
        _compared(now, company["marketed_new_business"].where(key=str(start)), name)
        for start, name in (
            (words.quarter_before(last), "the quarter before"),
            (last.replace(year=last.year - 1), "a year before"),
        )
    ]
    shares = [
        f"{words.percent(share)} of the {name}"
        for part, whole, name in (
            ("marketed_amount", "created_amount", "amount"),
            ("marketed_count", "created_count", "opportunities"),
        )
        if (share := share_of(now, part, whole)) is not None
    ]
    if shares:
        details.append(f"Had qualified as {marketed_stage(company)} before: {' and '.join(shares)}")
    row = company.kpi("quarter", last, "pipeline_created")
    if row["attainment_ratio"] is not None:
        details.append(f"{words.attained(row['attainment_ratio'])} of the target")
    value = company.money(created)
    return Tile("New pipeline", value, text, tables, team, (), link, _said(*details))


def _compared(now: list[Record], earlier: list[Record], name: str) -> str:
    """By amount and by number: they can go opposite ways."""
    amount, number = (
        words.change(total(now, column), total(earlier, column))
        for column in ("created_amount", "created_count")
    )
    if amount == words.NOTHING:
        return ""
    counts = [words.count(total(rows, "created_count")) for rows in (now, earlier)]
    return f"Against {name}: {amount} by amount, {number} by number ({counts[0]} after {counts[1]})"


def _at_start(company: Company, start: date) -> dict[str, float]:
    """New business that is open for each market's target of the quarter, as coverage counts it."""
    found = {}
    for funnel in company.funnels:
        ratio = _ratio(company.kpi("quarter", start, "coverage", funnel))
        target = company.kpi("quarter", start, "bookings_new", funnel)["target"]
        if ratio is not None and target:
            found[funnel] = ratio * float(target)
    return found


def _ratio(row: Record) -> float | None:
    value = row["actual"] if row["actual"] is not None else row["forecast"]
    return None if value is None else float(value)


def coverage_of_targets(company: Company, start: date | None) -> float | None:
    """What is open in the markets with a target, for each 1 of it: what is open elsewhere can reach
    no target."""
    if start is None:
        return None
    target = company.kpi("quarter", start, "bookings_new")["target"]
    opened = _at_start(company, start)
    markets = [amount for funnel, amount in opened.items() if funnel != "all"]
    if not markets or not target:
        return _ratio(company.kpi("quarter", start, "coverage"))
    return sum(markets) / float(target)


def coverage(company: Company) -> Tile:
    """New business that is open for the target of the quarter."""
    start = company.next("quarter")
    row = company.kpi("quarter", start, "coverage")
    value = coverage_of_targets(company, start)
    tables, team = _source(company, "review", "open_by_month"), SELLING
    if value is None or not start:
        text = "Open pipeline against target: no target, or nothing open"
        return Tile("Coverage", words.NOTHING, text, tables, team)
    target = float(company.kpi("quarter", start, "bookings_new")["target"] or 0)
    opened = _at_start(company, start)
    is_open = "is open" if row["actual"] is None else "was open at its start"
    text = (
        f"{words.amount(value * target)} of new business {is_open} for the target of"
        f" {words.amount(target)}, {company.period('quarter', start)}"
    )
    details = [_agreed(row, value, target), _coverage_by_market(company, start)]
    details += [_due_in(company, start, target), _overdue(company)]
    elsewhere = opened.get("all", 0) - value * target
    if elsewhere > 0.5:
        details.append(_elsewhere(elsewhere, "open"))
    link = "#pipeline"
    return Tile("Coverage", words.times(value), text, tables, team, (), link, _said(*details))


def _agreed(row: Record, value: float, target: float) -> str:
    """The coverage that the teams agreed on, and what it lacks."""
    if not row["target"]:
        return ""
    lacks = target * (float(row["target"]) - value)
    missing = f": {words.amount(lacks)} is missing" if lacks > 0 else ""
    return f"{words.times(row['target'])} is agreed{missing}"


def _coverage_by_market(company: Company, start: date) -> str:
    """The sum hides a market with too little."""
    found = {
        name: _ratio(company.kpi("quarter", start, "coverage", funnel))
        for funnel, name in company.funnels.items()
        if funnel != "all"
    }
    parts = [
        f"{name} {words.times(value)}"
        for name, value in sorted(found.items(), key=lambda item: item[1] or 0)
        if value is not None
    ]
    return f"By market: {', '.join(parts)}" if 1 < len(parts) <= MOST_MARKETS else ""


def _open_for_targets(company: Company, start: date) -> list[Record]:
    """New business that is open now in the markets with a target, or in all where none has one."""
    records = company["open_by_month"].where(revenue_type="new")
    aims = {
        funnel
        for funnel in company.funnels
        if funnel != "all" and company.kpi("quarter", start, "bookings_new", funnel)["target"]
    }
    return [row for row in records if not aims or row["funnel"] in aims]


def _due_in(company: Company, start: date, target: float) -> str:
    """What is expected to close in the quarter itself; the rest of the pipeline is for later."""
    months = [row for row in _open_for_targets(company, start) if row["close_month"]]
    if not target or not months:
        return ""
    after = words.next_month(words.next_month(words.next_month(start)))
    within = [row for row in months if row["close_month"] < after]
    due = total(within, "due_amount")
    text = f"{words.times(due / target)} has its close date in the quarter"
    largest = max((float(row["largest_amount"]) for row in within), default=0)
    if due and largest >= MUCH * due and total(within, "due_count") > 2:
        rest = words.times((due - largest) / target)
        text += f"; {rest} without one opportunity of {words.amount(largest)}"
    return text


def overdue_in_coverage(company: Company) -> float:
    """What is open for a target although it should have been closed by now."""
    start = company.next("quarter")
    if start is None:
        return 0.0
    late = [
        row
        for row in _open_for_targets(company, start)
        if not row["close_month"] and not row["is_undated"]
    ]
    return total(late, "due_amount")


def _overdue(company: Company) -> str:
    """It covers no target."""
    amount = overdue_in_coverage(company)
    return f"{words.amount(amount)} of what is open is past its close date" if amount else ""


def _retention(company: Company) -> Tile:
    tables, team = _source(company, "trailing_retention"), KEEPING
    row = next(iter(company["trailing_retention"].records), None)
    if not row or not row["opening_amount"]:
        text = "No customer has paid for twelve months, or no system provides subscriptions"
        return Tile("Retention (NRR)", words.NOTHING, text, tables, team)
    opening = float(row["opening_amount"])
    kept = words.percent(float(row["retained_amount"]) / opening, 1)
    text = "of the recurring revenue of the customers of twelve months ago"
    details = (
        f"Without expansion (GRR): {kept}",
        f"{row['lost_count']} of {row['customer_count']} customers left",
        _without_the_largest(row),
        _recurring_now(company),
    )
    value = words.percent(float(row["closing_amount"]) / opening, 1)
    caveats, link = company.caveats("nrr"), "#mrr"
    return Tile("Retention (NRR)", value, text, tables, team, caveats, link, _said(*details))


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
        f"Without the one customer that {did} and changed it most: NRR"
        f" {words.percent((closing - now) / rest, 1)}, GRR {words.percent(kept / rest, 1)}"
    )


def _recurring_now(company: Company) -> str:
    """What customers paid at the end of the last quarter, against its target."""
    row = company.kpi("quarter", company.last("quarter"), "mrr")
    if row["actual"] is None:
        return ""
    when = company.quarter(row["period_start"])
    text = f"MRR {words.amount(row['actual'])} (ARR {words.amount(12 * float(row['actual']))})"
    text += f" at the end of {when}"
    if row["attainment_ratio"] is not None:
        text += f", {words.attained(row['attainment_ratio'])} of its target"
    return text


def _bottleneck(company: Company) -> Tile:
    tables = _source(company, "bottlenecks")
    row: Mapping[str, Any] | None = next(
        (row for row in company["bottlenecks"].records if row["one_point_gain_amount"]), None
    )
    if not row:
        return Tile("Bottleneck", words.NOTHING, "Too little history to tell", tables)
    following = _stage_after(company, row["stage"])
    text = f"a year is what one more point is worth of the rate {company.stage(row['stage'])}"
    text += f" to {following}" if following else " to the next stage"
    details: tuple[str, ...] = ()
    if row["past_limit_count"]:
        details = _said(
            f"{words.count(row['past_limit_count'])} of {words.count(row['open_count'])} wait past"
            f" the limit of {row['time_limit_days']} days"
        )
    details += _other_bottlenecks(company, row)
    value, team, link = (
        company.money(row["one_point_gain_amount"]),
        row["owner_team"],
        "#bottlenecks",
    )
    return Tile("Bottleneck", value, text, tables, team, (), link, details)


def _other_bottlenecks(company: Company, first: Mapping[str, Any]) -> tuple[str, ...]:
    """Which stage is worth most after the first, and where most money waits: they can differ."""
    rows = [row for row in company["bottlenecks"].records if row["stage"] != first["stage"]]
    second = next((row for row in rows if row["one_point_gain_amount"]), None)
    trapped = max(company["bottlenecks"].records, key=lambda row: float(row["trapped_amount"] or 0))
    return _said(
        f"Next: {words.amount(second['one_point_gain_amount'])} at {company.stage(second['stage'])}"
        if second
        else "",
        f"Most money waits past its limit at {company.stage(trapped['stage'])}"
        f" ({words.amount(trapped['trapped_amount'])})"
        if trapped["trapped_amount"]
        else "",
    )


def _stage_after(company: Company, stage: str) -> str | None:
    """The next stage on the way to the win, or the win itself."""
    path = [*company.stages_to_win, company.stage_of("win")]
    place = path.index(stage) if stage in path else len(path)
    return company.stage(path[place + 1]) if place + 1 < len(path) else None
