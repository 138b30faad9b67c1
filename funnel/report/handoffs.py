"""Handoffs between the teams: answers, cost, speed, and where journeys wait."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import FINDING, KEEPING, SELLING, Company, total
from funnel.report.read import Record, Rows

RESULTS = (
    ("accepted_in_time", "Accepted in time"),
    ("accepted_late", "Accepted late"),
    ("accepted_undated", "Accepted, undated"),
    ("waiting", "Waiting"),
    ("never_worked", "Never worked, or not yet onboarded"),
    ("rejected", "Rejected"),
    ("recycled", "Sent back"),
)


def handoffs(company: Company) -> Block:
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
            Cell(
                words.percent(_part(of_step, "in_time_count", "due_count")),
                sum="in_time/due",
                form="percent",
            ),
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
    headings = (
        "Handoff",
        ".Handed over",
        ".Answered in time",
        *(f".{name}" for _, name in kept),
    )
    return Block(
        id="handoffs",
        title=title,
        rows=company["handoffs"],
        text="What became of everybody handed from one team to the next in the last 365 days."
        " Answered in time: accepted, rejected or sent back within the limit, of all but those who"
        " still have time. Never worked, or not yet onboarded: no"
        " answer and past the limit; a customer who is onboarded later counts as accepted late"
        " then."
        f"{_limits(company, steps)}{_reasons(company)} The colour is the team that hands over.",
        grid=Grid(headings, tuple(rows), "Answers to handoffs", tuple(steps)),
        cube=filters.cube(company, "handoffs_filtered"),
        span=3,
        empty="" if rows else "Nobody has been handed over yet.",
    )


def onboarding(company: Company) -> Block:
    """Who of the customers won is not yet onboarded, and how long it takes, by quarter."""
    found = company["onboarding"]
    records = found.where(funnel="all", segment="all")
    rows = tuple(
        (
            Cell(company.quarter(date.fromisoformat(row["key"])), is_heading=True),
            Cell(words.count(row["customer_count"]), sum="customer_count"),
            Cell(words.count(row["onboarded_count"]), sum="onboarded_count"),
            Cell(words.count(row["in_time_count"]), sum="in_time_count"),
            Cell(words.count(row["open_count"]), sum="open_count"),
            Cell(words.count(row["overdue_count"]), sum="overdue_count"),
            Cell(words.count(row["median_days"]), text_number=-1),
        )
        for row in records
    )
    headings = ("Won in", ".Customers", ".Onboarded", ".Within the limit", ".Not yet onboarded",
                ".Of them past the limit", ".Median days")  # fmt: skip
    sums = tuple(name for name in found.columns if name != "median_days")
    parts = tuple(
        tuple(row[name] for name in sums) for row in found.records if row["funnel"] != "all"
    )
    return Block(
        id="onboarding",
        title=_onboarding_title(company, records),
        rows=found,
        text="Customers by the quarter in which they were won, and who of them is onboarded since."
        " Who has left without it is in neither. Median: of those onboarded so far; while many of a"
        f" quarter are not, the slow ones are still to come.{_where_listed(company)}",
        grid=Grid(headings, rows, "Onboarding", tuple(row["key"] for row in records))
        if rows
        else None,
        cube=filters.cube_of(company, Rows("onboarding", found.tables, sums, parts)),
        team=KEEPING,
        empty=""
        if rows
        else "No customer was won in the last quarters, or no system records onboarding.",
    )


def _onboarding_title(company: Company, records: Sequence[Record]) -> str:
    if not records:
        return "Onboarding of new customers"
    waiting, late = total(records, "open_count"), total(records, "overdue_count")
    limit = next(
        (
            row["time_limit_days"]
            for row in company["stages"].records
            if row["planning_node"] == "win"
        ),
        None,
    )
    title = "All customers of the last five quarters are onboarded"
    if waiting:
        title = f"{words.count(waiting)} customers of the last five quarters are not yet onboarded"
        title += f", {words.count(late)} of them past the limit of {limit} days" if limit else ""
    quarters = {row["key"]: row for row in records}
    last = company.last("quarter")
    now = quarters.get(str(last), {})
    if last and now.get("median_days") is not None:
        title += (
            f"; the {words.count(now['onboarded_count'])} of {words.count(now['customer_count'])}"
            f" of the last quarter who are took {words.count(now['median_days'])} days (median)"
        )
        before = quarters.get(str(words.quarter_before(last)), {}).get("median_days")
        title += f", {words.count(before)} in the one before" if before is not None else ""
    return title


def _where_listed(company: Company) -> str:
    """On which lists those past the limit are: with the renewals if the contract ends soon."""
    lists = {row["shown_list"]: row["item_count"] for row in company["worklist_counts"].records}
    late = lists.get("late_onboardings", 0)
    listed = company["worklists"].where(list_name="renewals_ahead")
    renewing = sum(bool(row["is_never_onboarded"]) for row in listed)
    # Of a long list the page has the first rows only, which cannot be counted.
    if lists.get("renewals_ahead", 0) > len(listed) or (not late and not renewing):
        return ""
    return (
        f" Of those past the limit, {words.count(late)} are in the list Late onboarding and"
        f" {words.count(renewing)} in Renewals ahead; who has renewed without it is in neither."
    )


def _part(records: Sequence[Record], column: str, whole: str) -> float | None:
    among = total(records, whole)
    return total(records, column) / among if among else None


def _limits(company: Company, steps: Sequence[str]) -> str:
    """How long an answer may take: the time limit of the stage that waits for it."""
    days = {row["stage"]: row["time_limit_days"] for row in company["stages"].records}
    names = [
        f"{words.step(step, company.stages)} {days[first]} days"
        for step in steps
        if days.get(first := step.partition(words.STEP)[0])
    ]
    return f" In time is within: {', '.join(names)}." if names else ""


def _reasons(company: Company) -> str:
    """What those who reject say most often, where enough say it."""
    known = {row["reason"] for row in company["reasons"].records}
    fewest = int(company.variables["least_published_records"])
    texts = [
        f" Of the {row['named_count']} rejected {words.step(row['step'], company.stages)} with a"
        f" reason, most named: {words.plain(row['reason']).lower()} ({row['handoff_count']})."
        for row in company["handoff_reasons"].records
        if row["reason"] in known and row["handoff_count"] >= fewest
    ]
    return texts[0] if texts else ""


# The answers as they stand in a sentence.
IN_A_SENTENCE = {
    "accepted_late": "were answered late",
    "never_worked": "were never worked",
    "rejected": "were rejected",
    "recycled": "were sent back",
}
FINDINGS = {
    "cost": "a cost: the interval excludes 0",
    "at_most": "an upper estimate: part of it is that those turned away were worse",
    "unclear": "unclear: the interval includes 0",
    "selection": "no gain: who is answered so was chosen by what is not recorded",
}


def handoff_costs(company: Company) -> Block:
    records = company["handoff_costs"].records
    names = dict(RESULTS)
    rows = []
    for row in records:
        has_cost = row["status"] == "ok"
        low, high = (
            words.amount(row["low_95_forgone_amount"]),
            words.amount(row["high_95_forgone_amount"]),
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
                Cell(words.amount(row["forgone_amount"])),
                Cell(f"{low} to {high}" if has_cost else words.NOTHING),
                Cell(FINDINGS[row["finding"]] if has_cost else "too few to compare"),
            )
        )
    headings = ("Handoff", "Answer", ".Handoffs", ".Compared", ".Cost", ".95% interval", "Reading")
    return Block(
        id="handoff-costs",
        title=_costs_title(company, records),
        rows=company["handoff_costs"],
        text="What handoffs yielded less than comparable ones that were accepted in time: same"
        " funnel, score and channel. Won since, with renewals and expansions, and expected of those"
        " that are open; one large win of the comparable ones can be much of it. Below 0 they"
        " yielded more. The comparable ones are few and differ much: do not add up the costs.",
        grid=Grid(headings, tuple(rows), "Cost of misalignment"),
        span=3,
        empty="" if rows else "No handoff has been answered late or turned away yet.",
    )


def _costs_title(company: Company, records: Sequence[Record]) -> str:
    """The largest cost that is more than chance, with the words of its finding."""
    found = [
        row for row in records if row["status"] == "ok" and row["finding"] in ("cost", "at_most")
    ]
    if not found:
        return "No answer to a handoff shows a cost beyond chance"
    first = max(found, key=lambda row: float(row["forgone_amount"]))
    name = IN_A_SENTENCE[first["handoff_result"]]
    interval = (
        f"{words.amount(first['low_95_forgone_amount'])} to"
        f" {words.amount(first['high_95_forgone_amount'])}"
    )
    step = words.step(first["step"], company.stages)
    count, cost = words.count(first["handoff_count"]), words.amount(first["forgone_amount"])
    since = f" since {words.month(first['first_date'])}" if first["first_date"] else ""
    is_most = first["finding"] != "cost"
    title = f"{count} handoffs {step} {name}{since}: they cost"
    title += f" {'at most' if is_most else 'about'} {cost} ({interval}), renewals included"
    if is_most:
        title += "; an upper estimate, since those turned away were worse"
    late = [row for row in records if row["handoff_result"] == "accepted_late"]
    if any(row["status"] == "ok" and row["finding"] == "unclear" for row in late):
        title += "; late answers show no cost beyond chance"
    return title


def handoff_speed(company: Company) -> Block:
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


def speed_to_lead(company: Company) -> Block:
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
        " to come. An answer accepts, rejects or sends back.",
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


def bottlenecks(company: Company) -> Block:
    records = company["bottlenecks"].records
    most = max((float(row["trapped_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(
                company.stage(row["stage"]),
                team=row["owner_team"],
                is_heading=True,
                note="" if row["stage"] in company.stages_to_win else "until they buy again",
            ),
            Cell(
                words.amount(row["trapped_amount"]),
                bar=float(row["trapped_amount"] or 0) / most if most else None,
                team=row["owner_team"],
                sum="trapped_amount",
                form="amount",
            ),
            Cell(words.count(row["open_count"]), sum="open_count"),
            Cell(words.count(row["past_limit_count"]), sum="past_limit_count"),
            Cell(
                words.NOTHING
                if row["time_limit_days"] is None
                else f"{row['time_limit_days']} days"
            ),
            Cell(words.amount(row["expected_amount"]), sum="expected_amount", form="amount"),
            Cell(
                words.amount(row["one_point_gain_amount"]),
                sum="one_point_gain_amount",
                form="amount",
            ),
        )
        for row in records
    )
    trapped = total(records, "trapped_amount")
    title = f"{words.amount(trapped)} of expected revenue waits past the time limit of its stage"
    headings = (
        "Stage",
        ".Expected past the limit",
        ".Waiting",
        ".Past limit",
        ".Limit",
        ".Expected in all",
        ".One point more, a year",
    )
    return Block(
        id="bottlenecks",
        title=title if trapped else "No revenue waits past its time limit",
        rows=company["bottlenecks"],
        text="Expected past the limit: revenue expected of people and opportunities that wait for"
        " longer than their stage allows, also of those on no list since they have waited for more"
        f" than {company.days('worklist_aged_out_days')}. Last column: revenue a year"
        " from one more percentage point of conversion.",
        grid=Grid(headings, rows, "Bottlenecks", tuple(row["stage"] for row in records)),
        cube=filters.cube(company, "bottlenecks_filtered"),
        span=2,
        empty="" if rows else "Nobody waits in a stage.",
    )
