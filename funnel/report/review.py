"""The review of a week, month or quarter, by market: KPIs against target and earlier periods."""

from datetime import date

from funnel.report import words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import Company
from funnel.report.read import Record
from funnel.report.tiles import coverage_of_targets

# The first screen speaks of the quarter: so does the review at first.
KINDS = (("quarter", "Quarter"), ("month", "Month"), ("week", "Week"))
# What is open when a month starts is for many months: beside the target of one it says nothing.
OF_QUARTERS = ("coverage",)
# More markets than this would make the page slow; the largest are shown.
MOST_FUNNELS = 12
HEADINGS = (
    "KPI",
    ".Actual",
    ".Target",
    ".Attained",
    ".Before",
    ".Change",
    ".A year before",
    ".Change",
    ".Next: known",
    ".Next: forecast",
    ".Next: target",
)


def block(company: Company) -> Block:
    funnels = list(company.funnels.items())[: MOST_FUNNELS + 1]
    # A young company has no quarter yet: it begins with what it has.
    kinds = sorted(KINDS, key=lambda kind: company.last(kind[0]) is None)
    panels = tuple(_panel(company, kind, funnel) for kind, _ in kinds for funnel, _ in funnels)
    title = "The review: each KPI against its target, the period before and a year before"
    return Block(
        id="review",
        title=title,
        rows=company["review"],
        text="The last period that is over, beside the one before, the year before (52 weeks), and"
        " the period that follows. Attained: 100% or more is good; where only some markets or"
        " months have a target, what came in those stands beside it. (plan): nobody agreed on"
        " a target, the plan asks for it. Where less is better, attained is"
        " the share of the limit that was used. (few): so few cases that the figure may be chance."
        " Median: half of the wins lie below; one large win moves the average, not the median."
        f"{_absent(company)}",
        switches=(Switch("Period", tuple(kinds)), Switch("Market", tuple(funnels))),
        panels=panels,
        follows="funnel period",
        caveats=tuple(
            dict.fromkeys(
                caveat
                for metric in ("spend", "mqls", "bookings", "mrr")
                for caveat in company.caveats(metric)
            )
        ),
        span=3,
        empty="" if company["review"] else "No KPI has a value yet.",
    )


def _panel(company: Company, kind: str, funnel: str) -> Panel:
    start = company.last(kind)
    following = company.next(kind)
    rows = [row for row in company.review(kind, funnel) if row["period_start"] == start]
    coming = {
        row["metric"]: row
        for row in company.review(kind, funnel)
        if row["period_start"] == following
    }
    known = company.recorded
    cells = tuple(
        _row(company, row, coming.get(row["metric"], {}))
        for row in sorted(rows, key=lambda row: row["metric_order"])
        if row["metric"] in known and (kind == "quarter" or row["metric"] not in OF_QUARTERS)
    )
    name = company.funnels.get(funnel, words.plain(funnel))
    caption = f"{name}, {company.period(kind, start)}" if start else name
    return Panel((kind, funnel), Grid(HEADINGS, cells, caption), _note(company, kind, following))


def _absent(company: Company) -> str:
    """The KPIs that have no value, in a sentence for each reason."""
    names: dict[str, dict[str, str]] = {"not_recorded": {}, "": {}}
    for row in company["review"].records:
        if row["metric"] not in company.recorded:
            reason = "not_recorded" if row["status"] == "not_recorded" else ""
            names[reason][row["metric"]] = row["metric_name"]
    starts = {"not_recorded": "Not recorded by any system", "": "Without a value in any period"}
    return "".join(
        f" {starts[reason]}: {', '.join(found.values())}."
        for reason, found in names.items()
        if found
    )


def _note(company: Company, kind: str, following: date | None) -> str:
    if not following:
        return ""
    return f"Next: {company.period(kind, following)}, which is not over."


def _row(company: Company, row: Record, coming: Record) -> tuple[Cell, ...]:
    unit, metric = row["unit"], row["metric"]

    def shown(value: object) -> Cell:
        return Cell(words.metric(value, unit, metric))

    mark = " *" if company.caveats(metric) else ""
    return (
        Cell(
            row["metric_name"] + mark,
            team=row["owner_team"],
            is_heading=True,
            note=_note_of(company, row),
        ),
        _actual(row),
        _target(row),
        _attained(company, row),
        shown(row["prior_actual"]),
        Cell(words.change(row["actual"], row["prior_actual"], words.kind_of(unit, metric))),
        shown(row["year_before_actual"]),
        Cell(words.change(row["actual"], row["year_before_actual"], words.kind_of(unit, metric))),
        shown(coming.get("actual")),
        _forecast(company, row, coming),
        _target({**coming, "unit": unit, "metric": metric}),
    )


def _forecast(company: Company, row: Record, coming: Record) -> Cell:
    """What is forecast; of the customers of a year before, nobody knows who will leave."""
    unit, metric, forecast = row["unit"], row["metric"], coming.get("forecast")
    is_level = metric in OF_CUSTOMERS and forecast is not None and forecast == row["actual"]
    note = "as today" if is_level else ""
    if row["funnel"] == "all" and unit in ("count", "amount") and coming.get("target"):
        compared = company.compared_forecast(row["period_kind"], coming["period_start"], metric)
        if forecast is not None and compared is not None and compared != float(forecast):
            note = f"{words.metric(compared, unit, metric)} where there is a target"
    return Cell(words.metric(forecast, unit, metric), note=note)


# The KPIs that are means of wins: the median beside each, and the mean without the largest.
MEDIANS = {
    "opportunity_value": ("median_amount", "amount_without_largest", "largest"),
    "cycle_days": ("median_days", "days_without_longest", "longest"),
}


# The KPIs that are sums of wins, of which one can be most.
KINDS_OF_WINS = {
    "bookings_new": "new",
    "bookings_renewal": "renewal",
    "bookings_expansion": "expansion",
}
# A win of this share of the sum is worth a word.
LARGE = 1 / 3
# Of all that was closed, one opportunity of this share moves the rate.
MUCH = 1 / 5
OF_CUSTOMERS = ("nrr", "grr", "logo_churn")


def _note_of(company: Company, row: Record) -> str:
    """What a reader must know to take the figure for what it is."""
    metric, own = row["metric"], {"period": row["period_kind"], "funnel": row["funnel"]}
    if metric in KINDS_OF_WINS:
        for win in company["largest_by_kind"].where(revenue_type=KINDS_OF_WINS[metric], **own):
            is_large = float(win["largest_amount"]) >= LARGE * float(row["actual"] or 0)
            if is_large and win["win_count"] > 2:
                return f"one of {words.amount(win['largest_amount'])}"
    if metric == "win_rate":
        return _win_rates(company, own)
    if metric in OF_CUSTOMERS:
        for base in company["retention_bases"].where(**own):
            if base["customer_count"]:
                return (
                    f"twelve months; of {words.count(base['customer_count'])} customers,"
                    f" {words.count(base['earlier_customer_count'])} a year before"
                )
    if metric == "commit_slipped" and row["funnel"] == "all":
        for due in company["slippage"].where(
            period_kind=row["period_kind"], period_start=row["period_start"]
        ):
            if due["commit_amount"]:
                won, lost = (
                    words.percent(float(due[f"commit_{name}_amount"]) / float(due["commit_amount"]))
                    for name in ("won", "lost")
                )
                return f"of what was committed, {won} was won and {lost} lost"
    if metric == "coverage" and row["funnel"] == "all" and row["period_kind"] == "quarter":
        covered = [
            coverage_of_targets(company, start)
            for start in (row["period_start"], company.next(row["period_kind"]))
        ]
        shown = [
            f"{name}{words.times(value)}"
            for name, value in zip(("", "next "), covered, strict=True)
            if value is not None
        ]
        return f"in the markets with a target {', '.join(shown)}" if shown else ""
    if metric == "pipeline" and row["funnel"] == "all":
        for late in company["late_open"].records:
            return f"today {words.amount(late['late_amount'])} is past its date or time limit"
    if metric == "wins" and row["funnel"] == "all" and row["period_kind"] == "quarter":
        for cost in company["acquisition_by_quarter"].where(period_start=row["period_start"]):
            is_known = None not in (cost["spend_amount"], cost["other_amount"])
            if is_known and cost["win_count"]:
                each = float(cost["spend_amount"] + cost["other_amount"]) / float(cost["win_count"])
                return f"each cost {words.amount(each)}, with ads, salaries, tools and events"
    return _median(company, row)


def _win_rates(company: Company, own: dict[str, str]) -> str:
    """The win rate by amount, and both over twelve months: the rate by number can rise while the
    large ones are lost."""
    shares = {
        row["place"]: words.percent(row["won_amount"] / row["closed_amount"], 1)
        for row in company["win_rates_by_amount"].where(**own)
        if row["closed_amount"]
    }
    parts = []
    if "now" in shares:
        earlier = [
            f", {shares[place]} {name}"
            for place, name in (("before", "before"), ("year_before", "a year before"))
            if place in shares
        ]
        parts.append(f"of the amount {shares['now']}{''.join(earlier)}")
    for year in company["win_rates_of_years"].where(funnel=own["funnel"]):
        if not year["closed_count"] or not year["earlier_closed_count"]:
            continue
        now = words.percent(year["won_count"] / year["closed_count"], 1)
        then = words.percent(year["earlier_won_count"] / year["earlier_closed_count"], 1)
        parts.append(f"in twelve months, by number {now}, {then} the year before")
        won, closed = float(year["won_amount"]), float(year["closed_amount"])
        if not closed or not year["earlier_closed_amount"]:
            continue
        now = words.percent(won / closed, 1)
        then = words.percent(year["earlier_won_amount"] / year["earlier_closed_amount"], 1)
        parts.append(f"by amount {now}, {then} the year before{_without_largest(year)}")
    return "; ".join(parts)


def _without_largest(year: Record) -> str:
    """The twelve months' rate by amount where one opportunity is much of what was closed."""
    won, closed = float(year["won_amount"]), float(year["closed_amount"])
    largest = float(year["largest_amount"] or 0)
    if largest < MUCH * closed or closed - largest <= 0:
        return ""
    won -= largest if year["largest_outcome"] == "won" else 0
    rate = words.percent(won / (closed - largest), 1)
    became = "was won" if year["largest_outcome"] == "won" else "was lost"
    return f" ({rate} without one opportunity of {words.amount(largest)} that {became})"


def _median(company: Company, row: Record) -> str:
    """The median of the wins behind a mean, and the mean without the one that moves it most."""
    if row["metric"] not in MEDIANS:
        return ""
    median, rest, name = MEDIANS[row["metric"]]
    found = {
        place["place"]: place
        for place in company["medians"].where(period=row["period_kind"], funnel=row["funnel"])
    }
    parts = []
    for label, column in (("median", median), (f"average without the {name}", rest)):
        shown = {
            place: words.metric(values[column], row["unit"], row["metric"])
            for place, values in found.items()
            if values[column] is not None
        }
        if "now" in shown:
            others = (("before", "before"), ("year_before", "a year before"))
            earlier = "".join(
                f", {shown[place]} {when}" for place, when in others if place in shown
            )
            parts.append(f"{label} {shown['now']}{earlier}")
    return "; ".join(parts)


def _target(row: Record) -> Cell:
    """With a mark where nobody agreed on it."""
    text = words.metric(row.get("target"), row["unit"], row["metric"])
    if row.get("target_source") in ("plan", "agreed_and_plan"):
        text += " (plan)"
    return Cell(text)


def _actual(row: Record) -> Cell:
    text = words.metric(row["actual"], row["unit"], row["metric"])
    if row["status"] == "too_few" and row["actual"] is not None:
        text += " (few)"
    return Cell(text)


def _attained(company: Company, row: Record) -> Cell:
    """A bar where more is better; else how much of the limit was used."""
    if row["attainment_ratio"] is None:
        return Cell(words.NOTHING)
    if company.is_lower_better(row["metric"]) and row["target"]:
        used = float(row["compared_actual"]) / float(row["target"])
        return Cell(f"{words.percent(used)} of the limit")
    attained = float(row["attainment_ratio"])
    text = words.attained(attained)
    if row["compared_actual"] != row["actual"]:
        came = words.metric(row["compared_actual"], row["unit"], row["metric"])
        text += f": {came} of {words.metric(row['target'], row['unit'], row['metric'])}"
    return Cell(text, bar=min(attained, 1))
