"""What the teams go through together: trends, funnel, cohorts, handoffs, pipeline, channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from funnel.report import charts, customers, filters, review, slices, words, worklists
from funnel.report.blocks import Block, Cell, Cube, Grid, Panel, Section, Switch
from funnel.report.company import FINDING, SELLING, Company, total
from funnel.report.read import Record, Rows


def section(company: Company) -> list[Section]:
    return [
        Section("meeting", "The meeting", [review.block(company)]),
        Section(
            "worklists-section",
            "What to work on",
            [
                worklists.block(company),
                _waiting(company),
                _losses(company),
                slices.exits(company),
            ],
        ),
        Section(
            "revenue-section",
            "Pipeline, revenue, retention",
            [
                _drivers(company),
                _pipeline(company),
                _waterfall(company),
                _slippage(company),
                slices.owners(company),
                customers.mrr(company),
                customers.retention(company),
                customers.renewals(company),
            ],
        ),
        Section(
            "funnel-section",
            "Funnel and handoffs",
            [
                _funnel(company),
                _bypasses(company),
                _cohorts(company),
                _handoffs(company),
                _handoff_costs(company),
                _handoff_speed(company),
                _speed_to_lead(company),
                _bottlenecks(company),
            ],
        ),
        Section(
            "channels-section",
            "Markets, channels, campaigns, teams",
            [
                slices.side_by_side(company),
                customers.channels(company),
                customers.costs(company),
                customers.campaigns(company),
                customers.attribution(company),
                customers.scorecard(company),
            ],
        ),
        Section(
            "trends",
            "Trends",
            trends(company),
            "Six weeks and twelve months of each KPI. Grey: a year before. Hollow: not over yet,"
            " with its forecast. Tick: target.",
        ),
    ]


def points(company: Company, kind: str, metric: str, most: int = 13) -> list[charts.Point]:
    """The last periods of a KPI and the one that follows; its last value has a label."""
    rows = [row for row in company.review(kind) if row["metric"] == metric]
    last = company.last(kind)
    following = company.next(kind)
    kept = [row for row in rows if row["is_complete"] or row["period_start"] == following]
    return [
        charts.Point(
            start=row["period_start"],
            value=_number(row["actual"]),
            label=words.metric(row["actual"], row["unit"], metric)
            if row["period_start"] == last and row["actual"] is not None
            else "",
            is_complete=row["is_complete"],
            target=_number(row["target"]),
            earlier=_number(row["year_before_actual"]),
            forecast=_number(row["forecast"]),
        )
        for row in kept[-most:]
    ]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def trends(company: Company) -> list[Block]:
    """A card for each KPI that has values."""
    seen = dict.fromkeys(
        row["metric"]
        for row in sorted(company["review"].records, key=lambda row: row["metric_order"])
    )
    cards = [_trend(company, metric) for metric in seen if metric in company.recorded]
    return [card for card in cards if card]


def _trend(company: Company, metric: str) -> Block | None:
    weeks, months = points(company, "week", metric, 7), points(company, "month", metric)
    known = [point for point in months if point.value is not None]
    if not known:
        return None
    row = company.kpi("month", company.last("month"), metric)
    name, unit, when = row["metric_name"], row["unit"], words.period("month", row["period_start"])
    name += " of twelve months" if metric in ("nrr", "grr", "logo_churn") else ""
    shown = words.metric(row["actual"], unit, metric)
    compared = words.kind_of(unit, metric)
    grew = words.more_or_fewer(row["actual"], row["year_before_actual"], "a year before", compared)
    if row["status"] == "too_few":
        grew = "of few cases, so do not compare it"
    title = (
        f"{name}: {shown} in {words.month_name(row['period_start'])}{', ' + grew if grew else ''}"
    )
    headings = ("Month", ".Actual", ".A year before", ".Target")
    details = Grid(
        headings,
        tuple(
            (
                Cell(words.month(point.start) + ("" if point.is_complete else " (not over)")),
                Cell(words.metric(point.value, unit, metric), text_number=0),
                Cell(words.metric(point.earlier, unit, metric), text_number=1),
                Cell(words.metric(point.target, unit, metric), text_number=2),
            )
            for point in months
        ),
        name,
        tuple(point.start.isoformat() for point in months),
    )
    values = tuple(
        tuple(record.values()) for record in company["review"].where(metric=metric, funnel="all")
    )
    return Block(
        id=f"trend-{metric.replace('_', '-')}",
        title=title,
        rows=Rows(metric, company["review"].tables, company["review"].columns, values),
        picture=charts.trend(
            weeks,
            months,
            company.colour(row["owner_team"]) if row["owner_team"] else charts.INK,
        ),
        alt=f"{name} by week and by month. {when}: {shown}. {grew}",
        details=details,
        cube=filters.texts_alone(("funnel",), _of_markets(company, metric, details.keys)),
        team=row["owner_team"],
        caveats=company.caveats(metric),
    )


def _of_markets(company: Company, metric: str, months: Sequence[str]) -> list[tuple[str, ...]]:
    """The numbers of a KPI by month for each market."""
    columns = ("actual", "year_before_actual", "target")
    return [
        (
            row["funnel"],
            "all",
            row["period_start"].isoformat(),
            *(words.metric(row[column], row["unit"], metric) for column in columns),
        )
        for row in company["review"].where(period_kind="month", metric=metric, is_total=False)
        if row["period_start"].isoformat() in months
    ]


def _funnel(company: Company) -> Block:
    found = {row["stage"]: row for row in company["funnel"].records}
    estimates = {row["step"]: row for row in company["estimates"].records}
    stages = [row for row in company["stages"].records if not row["is_exit"]]
    shown = [stage for stage in stages if stage["stage"] in found]
    largest = max((float(found[s["stage"]]["passed_count"] or 0) for s in shown), default=0)
    following = dict(
        zip([s["stage"] for s in shown], [s["stage"] for s in shown[1:]], strict=False)
    )
    rows = tuple(
        _stage(
            company,
            stage,
            found[stage["stage"]],
            largest,
            estimates.get(f"{stage['stage']}_to_{following.get(stage['stage'])}", {}),
        )
        for stage in shown
    )
    months = next(iter(found.values()), None)
    title = "The funnel"
    weakest = min(
        (
            row
            for step, row in estimates.items()
            if row["estimated_rate"] is not None
            and step.partition(words.STEP)[0] in company.stages_to_win
            and following.get(step.partition(words.STEP)[0]) == step.partition(words.STEP)[2]
        ),
        key=lambda row: float(row["estimated_rate"]),
        default=None,
    )
    if weakest:
        title = (
            f"Fewest go on from {words.step(weakest['step'], company.stages)}:"
            f" {words.percent(weakest['estimated_rate'])} in the end, by all history"
        )
    text = (
        "Passed: who came to the stage or past it. From all history: who goes on in the end (of the"
        " passed, corrected for journeys that are still open), the interval and the wait."
        " The win rate of the review is another figure: of the opportunities that closed in a"
        " period, those won."
    )
    if months:
        text = (
            "Passed, qualified and bypassed in the last twelve months,"
            f" {words.months(months['first_month'], months['last_month'])}. {text}"
        )
    headings = (
        "Stage",
        ".Passed",
        ".Qualified",
        ".Bypassed",
        ".Go on in the end",
        ".95% interval",
        ".Half wait up to",
    )
    return Block(
        id="funnel",
        title=title,
        rows=company["funnel"],
        text=text,
        grid=Grid(headings, rows, "Stages of the funnel", tuple(stage["stage"] for stage in shown)),
        cube=filters.cube(company, "funnel_filtered", _estimate_texts(company, following)),
        caveats=company.caveats("mqls"),
        span=3,
        empty="" if rows and largest else "Nobody has entered a stage in the last twelve months.",
    )


def _stage(
    company: Company, stage: Record, row: Record, largest: float, estimate: Record
) -> tuple[Cell, ...]:
    passed = float(row["passed_count"] or 0)
    is_young = estimate and not estimate.get("is_plateau_trusted")
    note = "history is too short to be sure" if is_young else ""
    return (
        Cell(company.stage(stage["stage"]), team=row["owner_team"], is_heading=True),
        Cell(
            words.count(passed),
            bar=passed / largest if largest else None,
            team=row["owner_team"],
            sum="passed_count",
        ),
        Cell(words.count(row["qualified_count"]), sum="qualified_count"),
        Cell(words.count(row["bypass_count"]), sum="bypass_count"),
        *(Cell(text, text_number=number) for number, text in enumerate(_estimate(estimate, note))),
    )


def _estimate(row: Record, note: str = "") -> tuple[str, str, str]:
    """Who goes on in the end, its interval, and how long half of them take."""
    low, high, wait = (
        row.get(column) for column in ("lower_rate", "upper_rate", "conversion_lag_p50_days")
    )
    rate = words.percent(row.get("estimated_rate"), 1)
    return (
        f"{rate} ({note})" if note else rate,
        words.NOTHING if low is None else f"{words.percent(low)} to {words.percent(high)}",
        words.NOTHING if wait is None else f"{words.count(wait)} days",
    )


def _estimate_texts(company: Company, following: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The estimates of each market and of each segment, beside those of the whole company."""
    steps = {f"{stage}{words.STEP}{after}": stage for stage, after in following.items()}
    everybody = [{"funnel": "all", "segment": "all", **row} for row in company["estimates"].records]
    return [
        (row["funnel"], row["segment"], steps[row["step"]], *_estimate(row))
        for row in (*everybody, *company["estimates_filtered"].records)
        if row["step"] in steps
    ]


def _bypasses(company: Company) -> Block:
    records = company["bypasses"].records
    most = max((row["passed_count"] for row in records), default=0)
    rows = tuple(
        (
            Cell(company.stage(row["stage"]), is_heading=True),
            Cell(company.team(row["bypassing_team"]), team=row["bypassing_team"]),
            Cell(words.plain(row["bypass_reason"])),
            Cell(
                words.count(row["passed_count"]),
                bar=row["passed_count"] / most,
                sum="passed_count",
            ),
            Cell(
                words.percent(row["won_count"] / row["passed_count"]),
                sum="won_count/passed_count",
                form="percent",
            ),
        )
        for row in records
    )
    title = "Nobody bypasses the definition"
    if records:
        first = records[0]
        title = (
            f"First reason to bypass {company.stage(first['stage'])}:"
            f" {words.plain(first['bypass_reason']).lower()} ({words.count(first['passed_count'])})"
        )
    return Block(
        id="bypasses",
        title=title,
        rows=company["bypasses"],
        text="Last twelve months. Who was taken without meeting the definition: the team that took"
        " them, the first rule that they did not pass, and how many of them have been won.",
        grid=Grid(
            ("Stage", "Taken by", "Rule", ".People", ".Won"),
            rows,
            "Bypasses",
            tuple(
                filters.key(row["stage"], row["bypassing_team"], row["bypass_reason"])
                for row in records
            ),
        ),
        cube=filters.cube(company, "bypasses_filtered"),
        empty="" if rows else "Everybody who came further met the definition.",
    )


HORIZONS = (30, 60, 90, 180)


def _cohorts(company: Company) -> Block:
    steps = list(dict.fromkeys(row["step"] for row in company["cohorts"].records))
    order = {stage: place for place, stage in enumerate(company.stages)}
    steps.sort(key=lambda step: [order.get(part, 99) for part in step.split(words.STEP)])
    # What people look for first.
    steps.sort(key=lambda step: step.startswith("awareness"))
    panels = tuple(Panel((step,), _cohort_grid(company, step)) for step in steps)
    options = tuple((step, words.step(step, company.stages)) for step in steps)
    return Block(
        id="cohorts",
        title="Young months have no rate yet: they are left empty, not low",
        span=2,
        rows=company["cohorts"],
        text="Share of those who came to a stage in a month that came to the later one, or past it,"
        " within so many days; bypasses are in both. A month has a rate when its last entry is old"
        " enough.",
        switches=(Switch("Step", options),) if options else (),
        panels=panels,
        cube=filters.cube(company, "cohorts_filtered"),
        empty="" if panels else "Nobody has entered a stage yet.",
    )


def _cohort_grid(company: Company, step: str) -> Grid:
    rows, keys = [], []
    for row in company["cohorts"].where(step=step):
        entered = row["entered_count"] or 0
        if not entered:
            continue
        cells = [
            Cell(words.short_month(row["cohort_month"]), is_heading=True),
            Cell(words.count(entered), sum="entered_count"),
        ]
        for horizon in HORIZONS:
            converted = row[f"converted_{horizon}_count"]
            if converted is None:
                cells.append(Cell("too young", note="young"))
            else:
                share = float(converted) / float(entered)
                share_of = f"converted_{horizon}_count/entered_count"
                cells.append(Cell(words.percent(share), shade=share, sum=share_of, form="percent"))
        cells.append(Cell(words.count(row["open_count"]), sum="open_count"))
        rows.append(tuple(cells))
        keys.append(filters.key(step, row["cohort_month"]))
    headings = ("Entered in", ".Entered", *(f".{days} days" for days in HORIZONS), ".Still open")
    return Grid(headings, tuple(rows), words.step(step, company.stages), tuple(keys))


RESULTS = (
    ("accepted_in_time", "In time"),
    ("accepted_late", "Late"),
    ("accepted_undated", "Undated"),
    ("waiting", "Waiting"),
    ("never_worked", "Never worked"),
    ("rejected", "Rejected"),
    ("recycled", "Sent back"),
)


def _handoffs(company: Company) -> Block:
    records = company["handoffs"].records
    steps = list(dict.fromkeys(row["step"] for row in records))
    kept = [
        (code, name) for code, name in RESULTS if any(r["handoff_result"] == code for r in records)
    ]
    rows = []
    worst: tuple[float, str] = (0.0, "")
    for step in steps:
        of_step = [row for row in records if row["step"] == step]
        everyone = total(of_step, "handoff_count")
        share = {row["handoff_result"]: float(row["handoff_count"]) / everyone for row in of_step}
        worst = max(worst, (share.get("never_worked", 0.0), step))
        cells = [
            Cell(words.step(step, company.stages), team=of_step[0]["from_team"], is_heading=True),
            Cell(words.count(everyone), sum="handoff_count"),
        ]
        for code, _ in kept:
            part = share.get(code, 0.0)
            cells.append(
                Cell(
                    words.percent(part),
                    bar=part,
                    team=of_step[0]["from_team"],
                    sum=f"{code}/handoff_count",
                    form="percent",
                )
            )
        rows.append(tuple(cells))
    title = "Handoffs between the teams"
    if worst[1]:
        name = words.step(worst[1], company.stages)
        title = f"{words.percent(worst[0])} of the handoffs {name} were never worked"
    headings = ("Handoff", ".Handed over", *(f".{name}" for _, name in kept))
    return Block(
        id="handoffs",
        title=title,
        rows=company["handoffs"],
        text="What became of everybody handed from one team to the next in the last 365 days. The"
        " colour is the team that hands over.",
        grid=Grid(headings, tuple(rows), "Answers to handoffs", tuple(steps)),
        cube=filters.cube(company, "handoffs_filtered"),
        span=3,
        empty="" if rows else "Nobody has been handed over yet.",
    )


FINDINGS = {
    "cost": "a cost: the interval excludes 0",
    "at_most": "at most this: part of it is that those turned away were worse",
    "unclear": "unclear: the interval includes 0",
    "selection": "no gain: who is answered so was chosen by what is not recorded",
}


def _handoff_costs(company: Company) -> Block:
    records = company["handoff_costs"].records
    names = dict(RESULTS)
    rows = []
    for row in records:
        has_cost = row["status"] == "ok"
        low, high = (
            words.amount(row["low_95_cost_amount"]),
            words.amount(row["high_95_cost_amount"]),
        )
        rows.append(
            (
                Cell(
                    words.step(row["step"], company.stages),
                    team=row["from_team"],
                    is_heading=True,
                ),
                Cell(names[row["handoff_result"]]),
                Cell(words.count(row["handoff_count"])),
                Cell(words.count(row["compared_count"])),
                Cell(words.amount(row["cost_amount"])),
                Cell(f"{low} to {high}" if has_cost else words.NOTHING),
                Cell(FINDINGS[row["finding"]] if has_cost else "too few to compare"),
            )
        )
    late = [row for row in records if row["finding"] == "cost"]
    title = "Late answers show no cost beyond chance"
    if late:
        title = f"Late answers cost about {words.amount(total(late, 'cost_amount'))}"
    headings = ("Handoff", "Answer", ".Handoffs", ".Compared", ".Cost", ".95% interval", "Reading")
    return Block(
        id="handoff-costs",
        title=title,
        rows=company["handoff_costs"],
        text="What handoffs yielded less than comparable ones that were accepted in time: same"
        " funnel, score and channel. Won since, and expected of those that are open. Below 0 they"
        " yielded more.",
        grid=Grid(headings, tuple(rows), "Cost of misalignment"),
        span=3,
        empty="" if rows else "No handoff has been answered late or turned away yet.",
    )


def _handoff_speed(company: Company) -> Block:
    records = company["handoff_speed"].where(from_team=company.roles[FINDING])
    shown, old = _medians(company, records, "median_answer_days", words.days)
    title = "Speed of the answer"
    if old:
        title = (
            f"Half of {company.team(FINDING)}'s handoffs of"
            f" {words.period('month', old[-1]['month_start'])} were answered within"
            f" {words.days(old[-1]['median_answer_days'])}"
        )
    details = Grid(
        ("Month", ".Handed over", ".Answered", ".Median days"),
        tuple(
            (
                Cell(words.period("month", row["month_start"])),
                *(Cell(text, text_number=place) for place, text in enumerate(_answers(row))),
            )
            for row in records
        ),
        "Answers by month of the handoff",
        tuple(str(row["month_start"]) for row in records),
    )
    others = company["handoff_speed_filtered"].where(from_team=company.roles[FINDING])
    return Block(
        id="handoff-speed",
        title=title,
        rows=company["handoff_speed"],
        text=f"Median days from the handoff to the answer of {company.team(SELLING)}, by month of"
        " the handoff. Who got no answer counts as still waiting; a month in which half of them"
        " still wait has no point (median not reached). Hollow: late answers to the youngest are"
        " still to come.",
        picture=charts.line(shown, company.colour(SELLING)) if shown else "",
        alt="; ".join(f"{words.month(point.start)}: {words.days(point.value)}" for point in shown),
        details=details if records else None,
        cube=filters.texts_alone(
            ("funnel", "segment"),
            [
                (row["funnel"], row["segment"], str(row["month_start"]), *_answers(row))
                for row in others
            ],
        ),
        team=SELLING,
        empty="" if shown else "No handoff has been answered yet.",
    )


def _answers(row: Record) -> tuple[str, str, str]:
    days = row["median_answer_days"]
    return (
        words.count(row["handoff_count"]),
        words.count(row["answered_count"]),
        "not reached" if days is None else words.decimal(days),
    )


def _touches(row: Record) -> tuple[str, str, str, str]:
    return (
        words.count(row["handoff_count"]),
        words.count(row["touched_count"]),
        words.percent(row["touched_count"] / row["handoff_count"]),
        words.decimal(row["median_touch_hours"]),
    )


def _medians(
    company: Company, records: Sequence[Record], column: str, label: Callable[[Any], str]
) -> tuple[list[charts.Point], list[Record]]:
    """A point for each month with a median, and the months that late answers no longer change: the
    last of these is labelled, the younger ones are hollow."""
    known = [row for row in records if row[column] is not None]
    limit = _old_enough(company)
    old = [row for row in known if row["month_start"] < limit]
    shown = [
        charts.Point(
            row["month_start"],
            float(row[column]),
            label(row[column]) if old and row is old[-1] else "",
            row["month_start"] < limit,
            forecast=float(row[column]),
        )
        for row in known
    ]
    return shown, old


def _hours(value: Any) -> str:
    return f"{words.count(value)} hours"


def _old_enough(company: Company) -> date:
    """Handoffs of months before have had the time to be answered late."""
    return (company.as_of or date.max) - timedelta(days=30)


def _working_days(company: Company, month: Record) -> str:
    """Business hours are often read as those of the clock."""
    hours = company.variables.get("business_hours")
    length = hours["end"] - hours["start"] if isinstance(hours, Mapping) else 0
    if length <= 0 or month["median_touch_hours"] <= length:
        return ""
    return f" ({words.decimal(float(month['median_touch_hours']) / length)} working days)"


def _speed_to_lead(company: Company) -> Block:
    records = company["speed_to_lead"].records
    shown, old = _medians(company, records, "median_touch_hours", _hours)
    title = "Speed to lead"
    if old:
        last = old[-1]
        days = _working_days(company, last)
        title = (
            "Speed to lead: half of those touched within"
            f" {words.count(last['median_touch_hours'])} business hours{days};"
            f" {words.percent(last['touched_count'] / last['handoff_count'])} of"
            f" {words.month_name(last['month_start'])} were touched"
        )
    details = Grid(
        ("Month", ".Handed over", ".Touched", ".Share", ".Median business hours"),
        tuple(
            (
                Cell(words.period("month", row["month_start"])),
                *(Cell(text, text_number=place) for place, text in enumerate(_touches(row))),
            )
            for row in records
        ),
        "Speed to lead by month of the handoff",
        tuple(str(row["month_start"]) for row in records),
    )
    return Block(
        id="speed-to-lead",
        title=title,
        rows=company["speed_to_lead"],
        text=f"Median business hours from the handoff of {company.team(FINDING)} to the first call"
        f" or meeting of {company.team(SELLING)}, of those who had one. Hollow: late ones are still"
        " to come.",
        picture=charts.line(shown, company.colour(SELLING)) if shown else "",
        alt="; ".join(f"{words.month(point.start)}: {_hours(point.value)}" for point in shown),
        details=details if shown else None,
        cube=filters.texts_alone(
            ("funnel", "segment"),
            [
                (row["funnel"], row["segment"], str(row["month_start"]), *_touches(row))
                for row in company["speed_to_lead_filtered"].records
            ],
        ),
        team=SELLING,
        empty="" if shown else "Nobody who was handed over has been called or met yet.",
    )


def _bottlenecks(company: Company) -> Block:
    records = company["bottlenecks"].records
    most = max((float(row["trapped_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(company.stage(row["stage"]), team=row["owner_team"], is_heading=True),
            Cell(words.count(row["open_count"]), sum="open_count"),
            Cell(words.count(row["past_limit_count"]), sum="past_limit_count"),
            Cell(
                words.NOTHING
                if row["time_limit_days"] is None
                else f"{row['time_limit_days']} days"
            ),
            Cell(words.amount(row["expected_amount"]), sum="expected_amount", form="amount"),
            Cell(
                words.amount(row["trapped_amount"]),
                bar=float(row["trapped_amount"] or 0) / most if most else None,
                team=row["owner_team"],
                sum="trapped_amount",
                form="amount",
            ),
            Cell(
                words.amount(row["one_point_gain_amount"]),
                sum="one_point_gain_amount",
                form="amount",
            ),
        )
        for row in records
    )
    trapped = total(records, "trapped_amount")
    title = f"{words.amount(trapped)} of expected revenue waits past its time limit"
    headings = (
        "Stage",
        ".Waiting",
        ".Past limit",
        ".Limit",
        ".Expected",
        ".Trapped",
        ".One point more, a year",
    )
    return Block(
        id="bottlenecks",
        title=title if trapped else "No revenue waits past its time limit",
        rows=company["bottlenecks"],
        text="Trapped: revenue expected of journeys that wait longer than their stage allows. Last"
        " column: revenue a year from one more percentage point of conversion.",
        grid=Grid(headings, rows, "Bottlenecks", tuple(row["stage"] for row in records)),
        cube=filters.cube(company, "bottlenecks_filtered"),
        span=2,
        empty="" if rows else "Nobody waits in a stage.",
    )


def _drivers(company: Company) -> Block:
    records = company["bookings_drivers"].where(
        period_kind="quarter", comparison="prior", period_start=company.last("quarter")
    )
    values = [
        charts.Bar(
            row["driver_name"],
            float(row["change_amount"] or 0),
            words.signed(row["change_amount"], "amount"),
            company.colour(row["owner_team"]),
        )
        for row in records
        if row["change_amount"]
    ]
    change = total(records, "change_amount")
    title = "What moved bookings"
    if values:
        lead = max(values, key=lambda bar: abs(bar.value))
        title = f"Bookings {words.signed(change, 'amount')} in the quarter, most by {lead.name}"
    return Block(
        id="drivers",
        title=title,
        rows=company["bookings_drivers"],
        text="Change against the quarter before, by driver. The parts add up to the change.",
        picture=charts.bars(values) if values else "",
        alt="; ".join(f"{bar.name} {bar.label}" for bar in values),
        details=Grid(
            ("Driver", ".Change"),
            tuple(
                (
                    Cell(row["driver_name"], team=row["owner_team"], is_heading=True),
                    Cell(
                        words.signed(row["change_amount"], "amount"),
                        sum="change_amount",
                        form="signed",
                    ),
                )
                for row in records
            ),
            "What moved bookings",
            tuple(row["driver"] for row in records),
        )
        if values
        else None,
        cube=filters.cube(company, "bookings_drivers_filtered", usual_period="quarter"),
        empty="" if values else "There is no earlier quarter to compare with.",
    )


CLASSES = (("commit", "Commit"), ("best_case", "Best case"), ("pipeline", "Pipeline"),
           ("unclassified", "Unclassified"))  # fmt: skip


def _pipeline(company: Company) -> Block:
    records = company["pipeline"].records
    months = sorted({row["period_start"] for row in records})[-12:]
    names = dict(CLASSES)
    order = [name for code, name in CLASSES if any(r["pipeline_class"] == code for r in records)]
    stacked = [
        {
            "start": row["period_start"].isoformat(),
            "part": names.get(row["pipeline_class"], words.plain(row["pipeline_class"])),
            "value": float(row["open_amount"] or 0),
        }
        for row in records
        if row["period_start"] in months and row["pipeline_class"] in names
    ]
    shades = (charts.TEAMS[1], "#e0935a", "#f0cdb0", charts.SOFT)
    latest = [row for row in records if months and row["period_start"] == months[-1]]
    title = "Open pipeline"
    if latest:
        title = (
            f"{words.amount(total(latest, 'open_amount'))} open in"
            f" {words.count(total(latest, 'open_count'))} opportunities"
        )
    grid = Grid(
        ("Class", ".Opportunities", ".Amount"),
        tuple(
            (
                Cell(name, is_heading=True, note=f"shade{place}"),
                Cell(words.count(total(_of(latest, code), "open_count")), sum="open_count"),
                Cell(
                    words.amount(total(_of(latest, code), "open_amount")),
                    sum="open_amount",
                    form="amount",
                ),
            )
            for place, (code, name) in enumerate(CLASSES)
            if name in order
        ),
        "Open pipeline by class",
        tuple(code for code, name in CLASSES if name in order),
    )
    return Block(
        id="pipeline",
        title=title,
        rows=company["pipeline"],
        text="Open amount at the end of each month by how certain it is. Darkest: commit.",
        picture=charts.stacks(stacked, order, shades) if stacked else "",
        alt=f"{title}: bars by month.",
        grid=grid if latest else None,
        cube=filters.cube(company, "pipeline_filtered"),
        caveats=company.caveats("pipeline"),
        team=SELLING,
        empty="" if latest else "No opportunity is open.",
    )


WATERFALL = (
    ("opening", "Due at the start", 1), ("created", "Created", 1), ("reopened", "Reopened", 1),
    ("increased", "Amount up", 1), ("decreased", "Amount down", -1), ("pulled_in", "Pulled in", 1),
    ("pushed_out", "Pushed out", -1), ("won", "Won", -1), ("lost", "Lost", -1),
)  # fmt: skip


def _waterfall(company: Company) -> Block:
    """What was due in the last quarter that is over, from its first day to its last."""
    quarter = company.last("quarter")
    records = company["waterfall"].where(period_start=quarter, basis="due_in_period")
    values = _steps(records[0]) if records else []
    title = "What became of the pipeline that was due"
    if records and quarter:
        due, slipped, left = (
            words.amount(records[0][name] or 0)
            for name in ("opening_amount", "slipped_amount", "left_amount")
        )
        title = (
            f"In the {company.period('quarter', quarter)}, {due} was due at the start, of which"
            f" {slipped} slipped; with what came later, {left} is due after it now"
        )
    return Block(
        id="waterfall",
        title=title,
        rows=company["waterfall"],
        text="Basis: open opportunities whose expected close date lies in the quarter. A win that"
        " was expected in another quarter is pulled in first. The file holds all that is open, too;"
        " marts.fct_pipeline_waterfall_by_period lists the opportunities behind each bar.",
        picture=charts.bars(values) if values else "",
        alt="; ".join(f"{bar.name} {bar.label}" for bar in values),
        details=_waterfall_steps(records[0]) if records else None,
        cube=filters.cube(company, "waterfall_filtered", usual_period="quarter"),
        caveats=company.caveats("pipeline"),
        team=SELLING,
        empty="" if values else "No quarter is over.",
    )


def _waterfall_steps(row: Record) -> Grid:
    steps = (*WATERFALL, ("closing", "Still open", 1))
    rows = tuple(
        (
            Cell(name, is_heading=True),
            Cell(
                words.signed(sign * row[f"{part}_amount"], "amount"),
                sum=f"{'-' if sign < 0 else ''}{part}_amount",
                form="signed",
            ),
        )
        for part, name, sign in steps
    )
    return Grid(
        ("Step", ".Amount"), rows, "From what was due to what is open", ("due",) * len(rows)
    )


def _steps(row: Record) -> list[charts.Bar]:
    """Bars that begin where the one before ended; the first and the last begin at nothing."""
    level, bars = 0.0, []
    for part, name, sign in WATERFALL:
        value = sign * float(row[f"{part}_amount"])
        label = words.amount(value) if part == "opening" else words.signed(value, "amount")
        colour = charts.TEAMS[1] if part in ("opening", "won") else charts.SOFT
        bars.append(charts.Bar(name, value, label, colour, level))
        level += value
    closing = float(row["closing_amount"])
    bars.append(charts.Bar("Still open", closing, words.amount(closing), charts.TEAMS[1]))
    return bars


def _slippage(company: Company) -> Block:
    """Quarters and months that are over; the one under way has not shown yet what slips."""
    rows, keys, title = [], list[str](), "Close dates that slip"
    for kind, most in (("quarter", 4), ("month", 6)):
        last = company.last(kind)
        records = company["slippage"].where(period_kind=kind)
        shown = [row for row in records if last and row["period_start"] <= last][:most]
        rows += [_slipped(company, row) for row in shown]
        keys += [filters.key(kind, row["period_start"]) for row in shown]
        if kind == "quarter" and shown and shown[0]["due_amount"]:
            share = words.percent(_part(shown[0]["slipped_amount"], shown[0]["due_amount"]))
            title = f"{share} of what was due in the last quarter slipped"
    headings = ("Period", ".Due at the start", ".Slipped", ".Committed at the start", ".Slipped",
                ".Pushes", ".Median push, days")  # fmt: skip
    return Block(
        id="slippage",
        title=title,
        rows=company["slippage"],
        text="What was open on the first day and expected to close in the period, and what owners"
        " had committed of it. It slipped if it was neither won nor lost in the period. Shares are"
        " of amounts. A push moves a close date to a later day.",
        grid=Grid(headings, tuple(rows), "Slippage by period", tuple(keys)) if rows else None,
        cube=filters.cube(company, "slippage_filtered"),
        span=2,
        caveats=company.caveats("pipeline"),
        team=SELLING,
        empty="" if rows else "No period is over.",
    )


def _slipped(company: Company, row: Record) -> tuple[Cell, ...]:
    name = company.period(row["period_kind"], row["period_start"]).removeprefix("quarter ")
    return (
        Cell(name, is_heading=True),
        Cell(words.amount(row["due_amount"]), sum="due_amount", form="amount"),
        Cell(
            words.percent(_part(row["slipped_amount"], row["due_amount"])),
            sum="slipped_amount/due_amount",
            form="percent",
        ),
        Cell(words.amount(row["commit_amount"]), sum="commit_amount", form="amount"),
        Cell(
            words.percent(_part(row["commit_slipped_amount"], row["commit_amount"])),
            sum="commit_slipped_amount/commit_amount",
            form="percent",
        ),
        Cell(words.count(row["push_count"]), text_number=-1),
        Cell(words.count(row["median_pushed_days"]), text_number=-1),
    )


def _part(part: object, whole: object) -> float | None:
    return float(str(part)) / float(str(whole)) if part is not None and whole else None


def _of(records: Sequence[Record], code: str) -> list[Record]:
    return [row for row in records if row["pipeline_class"] == code]


def _waiting(company: Company) -> Block:
    records = company["waiting"].where(finding="past_time_limit")
    most = max((row["journey_count"] for row in records), default=0) or 1
    rows = tuple(
        (
            Cell(company.stage(row["stage"]), team=row["owner_team"], is_heading=True),
            Cell(
                words.count(row["journey_count"]),
                bar=row["journey_count"] / most,
                team=row["owner_team"],
                sum="journey_count",
            ),
            Cell(words.amount(row["amount"]), sum="amount", form="amount"),
            Cell(words.count(row["aged_out_count"]), sum="aged_out_count"),
        )
        for row in records
    )
    title = "Nobody waits past a time limit"
    if records:
        late, aged = total(records, "journey_count"), total(records, "aged_out_count")
        title = f"{words.count(late)} journeys are past their time limit"
        if aged:
            limit = company.days("worklist_aged_out_days")
            title += f"; {words.count(aged)} more have waited for more than {limit}"
    return Block(
        id="waiting",
        title=title,
        rows=company["waiting"],
        text="Journeys and amounts are of what can still be worked; what has waited for too long is"
        " counted apart (aged out). The list with owners, accounts and waiting days is"
        " marts.worklists.",
        grid=Grid(
            ("Stage", ".Journeys", ".Expected amount", ".Aged out"),
            rows,
            "Past the time limit",
            tuple(row["stage"] for row in records),
        ),
        cube=filters.cube(company, "waiting_filtered"),
        empty="" if rows else "The worklist is empty.",
    )


def _losses(company: Company) -> Block:
    """The rare reasons are added up."""
    records = company["loss_reasons"].records
    # Words that somebody typed, and that few records bear, are not shown.
    fewest = int(company.variables["least_published_records"])
    shown = [row for row in records if _loss_count(row) >= fewest]
    rare = [row for row in records if _loss_count(row) < fewest]
    most = max((row["opportunity_count"] for row in records), default=0) or 1
    rows = [_loss_cells(_reason(row), row["owner_team"], [row], most) for row in shown]
    if rare:
        # Under a filter they would be as rare as words that somebody typed.
        others = _loss_cells(f"Other reasons, fewer than {fewest} each", None, rare, most)
        rows.append((others[0], *(replace(cell, sum="", text_number=-1) for cell in others[1:])))
    title = "Why opportunities were lost"
    named = [row for row in shown if row["reason"] not in NAMELESS and row["opportunity_count"]]
    if named:
        everyone = words.count(total(records, "opportunity_count"))
        first = f"{named[0]['opportunity_count']} of {everyone} opportunities"
        title = f"First reason of loss: {_reason(named[0])} ({first})"
    kept = Rows(
        "loss_reasons",
        company["loss_reasons"].tables,
        company["loss_reasons"].columns,
        tuple(tuple(row.values()) for row in shown),
    )
    return Block(
        id="losses",
        title=title,
        rows=kept,
        text="The last 365 days. Each lost opportunity counts once, of new business, renewals and"
        " expansions, also where another opportunity of the same person went on. Rejected leads"
        " were disqualified, and nothing has happened since. A dot: one team alone can do"
        " something about the reason.",
        grid=Grid(
            ("Reason", ".Lost opportunities", ".Their amount", ".Rejected leads"),
            tuple(rows),
            "Reasons of loss",
            (*(str(row["reason"]) for row in shown), *(["other"] if rare else [])),
        ),
        cube=_named_losses(company, {str(row["reason"]) for row in shown}),
        empty="" if rows else "Nothing was disqualified or lost in the last 365 days.",
    )


def _loss_count(row: Record) -> int:
    return int(row["opportunity_count"] + row["rejected_lead_count"])


def _loss_cells(label: str, team: str | None, records: list[Record], most: int) -> tuple[Cell, ...]:
    lost = total(records, "opportunity_count")
    return (
        Cell(label, team=team, is_heading=True),
        Cell(words.count(lost), bar=lost / most, sum="opportunity_count"),
        Cell(words.amount(total(records, "amount") if lost else None), sum="amount", form="amount"),
        Cell(words.count(total(records, "rejected_lead_count")), sum="rejected_lead_count"),
    )


def _named_losses(company: Company, reasons: set[str]) -> Cube:
    """Without the rare reasons, which may be words that somebody typed."""
    cube = filters.cube(company, "losses_filtered")
    place = len(cube.dimensions)
    return replace(cube, rows=tuple(row for row in cube.rows if row[place] in reasons))


# No reasons, but why there is none.
NAMELESS = {"none": "No reason given", "unmapped": "Reason without a mapping"}


def _reason(row: Record) -> str:
    return NAMELESS.get(row["reason"], words.plain(row["reason"]))
