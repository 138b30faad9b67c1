"""What the teams go through together: trends, funnel, cohorts, handoffs, pipeline, channels."""

from collections.abc import Mapping, Sequence

from funnel.report import (
    channels,
    charts,
    cohorts,
    customers,
    definitions,
    filters,
    handoffs,
    leavers,
    losses,
    new_business,
    owners,
    pipeline,
    renewals,
    retention,
    review,
    scorecard,
    slices,
    words,
    worklists,
)
from funnel.report.blocks import Block, Cell, Grid, Section
from funnel.report.company import Company, total
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
                losses.losses(company),
                leavers.exits(company),
            ],
        ),
        Section(
            "revenue-section",
            "Pipeline, revenue, retention",
            [
                pipeline.drivers(company),
                pipeline.pipeline(company),
                pipeline.due(company),
                pipeline.due_opportunities(company),
                pipeline.overdue(company),
                pipeline.waterfall(company),
                pipeline.slippage(company),
                pipeline.slipped_opportunities(company),
                owners.owners(company),
                owners.owner_sales(company),
                customers.mrr(company),
                retention.retention(company),
                leavers.customers_moved(company),
                customers.mrr_by_quarter(company),
                leavers.customers_lost(company),
                retention.retention_by_cohort(company),
                slices.retention_by(company),
                customers.customers_by_size(company),
                renewals.contracts_due(company),
                renewals.renewals(company),
                owners.customer_owners(company),
                handoffs.onboarding(company),
            ],
        ),
        Section(
            "funnel-section",
            "Funnel and handoffs",
            [
                _funnel(company),
                definitions.definition_rates(company),
                _bypasses(company),
                cohorts.cohorts(company),
                handoffs.handoffs(company),
                handoffs.handoff_costs(company),
                handoffs.handoff_speed(company),
                handoffs.speed_to_lead(company),
                handoffs.bottlenecks(company),
            ],
        ),
        Section(
            "channels-section",
            "Markets, channels, campaigns, teams",
            [
                new_business.new_business(company),
                new_business.marketing_share(company),
                new_business.leads_by_channel(company),
                slices.side_by_side(company),
                channels.costs(company),
                channels.channels(company),
                channels.campaigns(company),
                channels.attribution(company),
                scorecard.scorecard(company),
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
            compared=_number(row["compared_actual"]),
            earlier=_number(row["year_before_actual"]),
            forecast=_number(row["forecast"]),
        )
        for row in kept[-most:]
    ]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def trends(company: Company) -> list[Block]:
    """A card for each KPI that has values; what compares with a quarter's target has no months."""
    seen = dict.fromkeys(
        row["metric"]
        for row in sorted(company["review"].records, key=lambda row: row["metric_order"])
    )
    cards = [
        _trend(company, metric)
        for metric in seen
        if metric in company.recorded and metric not in review.OF_QUARTERS
    ]
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
                Cell(_with_target(point.value, point.compared, unit, metric), text_number=0),
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


def _with_target(value: object, compared: object, unit: str, metric: str) -> str:
    """A value, with the part of it that has a target where that is not all."""
    text = words.metric(value, unit, metric)
    if compared is None or value is None or float(str(compared)) == float(str(value)):
        return text
    return f"{text} ({words.metric(compared, unit, metric)} with a target)"


def _of_markets(company: Company, metric: str, months: Sequence[str]) -> list[tuple[str, ...]]:
    """The numbers of a KPI by month for each market."""
    columns = ("year_before_actual", "target")
    return [
        (
            row["funnel"],
            "all",
            row["period_start"].isoformat(),
            _with_target(row["actual"], row["compared_actual"], row["unit"], metric),
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
    strict = [
        row
        for row in company["qualified_rates"].records
        if row["stage"] in company.stages_to_win
        and row["next_stage"] in (*company.stages_to_win, company.stage_of("win"))
        and row["qualified_count"] >= int(company.variables.get("minimum_group_size", 1))
        # Where nobody ever came to a stage, no system provides it.
        and found.get(row["next_stage"], {}).get("passed_count")
    ]
    if strict:
        fewest = min(strict, key=lambda row: row["followed_count"] / row["qualified_count"])
        share = words.percent(fewest["followed_count"] / fewest["qualified_count"])
        title = (
            f"Fewest go on from {company.stage(fewest['stage'])} to"
            f" {company.stage(fewest['next_stage'])}: {share} of who qualified, within 60 days"
        )
    elif weakest:
        title = (
            f"Fewest go on from {words.step(weakest['step'], company.stages)}:"
            f" {words.percent(weakest['estimated_rate'])} in the end, by all history"
        )
    text = (
        "Passed: who came to the stage or past it. Qualify for the next: of those who qualified in"
        " the year up to 60 days ago, without those who skipped. From all history: who goes on in"
        " the end (of the passed, corrected for those still open), the interval and the wait. Those"
        " who skipped a stage's definition (a bypass, in the project's words: sales took them"
        " without it) are among the passed, and all of them went on."
        " The win rate of the review is another figure: of the opportunities that closed in a"
        " period, those won. Do not multiply the shares of stages: who comes to a stage past a"
        " definition is in it, too; the next card has the way from definition to definition."
    )
    if months:
        text = (
            "Passed, qualified and skipped in the last twelve months,"
            f" {words.months(months['first_month'], months['last_month'])}. {text}"
        )
    text += _from_lead_to_win(company)
    headings = (
        "Stage",
        ".Passed",
        ".Qualified",
        ".Skipped",
        ".Qualify for the next in 60 days",
        ".Go on in the end",
        ".95% interval",
        ".Median wait",
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


def _from_lead_to_win(company: Company) -> str:
    days = {row["place"]: words.count(row["median_days"]) for row in company["days_to_win"].records}
    if "now" not in days:
        return ""
    text = f" Customers won in the last quarter took {days['now']} days from lead to win (median"
    text += f"; {days['before']} in the one before" if "before" in days else ""
    text += f"; {days['year_before']} a year before" if "year_before" in days else ""
    return f"{text})."


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
        Cell(_of_the_qualified(company, stage["stage"]), text_number=-1),
        *(Cell(text, text_number=number) for number, text in enumerate(_estimate(estimate, note))),
    )


def _of_the_qualified(company: Company, stage: str) -> str:
    """The share of those who qualified for a stage who qualified for the next one, too."""
    for row in company["qualified_rates"].where(stage=stage):
        if row["next_stage"] in (*company.stages_to_win, company.stage_of("win")):
            return words.percent(row["followed_count"] / row["qualified_count"])
    return words.NOTHING


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
    title = "Nobody skips a definition"
    if records:
        first = records[0]
        title = (
            f"Most who skipped {company.stage(first['stage'])} failed its rule"
            f" “{words.plain(first['bypass_reason']).lower()}”:"
            f" {words.count(first['passed_count'])} people"
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
            "Who skipped a definition",
            tuple(
                filters.key(row["stage"], row["bypassing_team"], row["bypass_reason"])
                for row in records
            ),
        ),
        cube=filters.cube(company, "bypasses_filtered"),
        empty="" if rows else "Everybody who came further met the definition.",
    )


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
    oldest = company.days("worklist_aged_out_days")
    if records:
        late, aged = total(records, "journey_count"), total(records, "aged_out_count")
        title = f"{words.count(late)} wait past the time limit of their stage"
        if aged:
            title += f"; {words.count(aged)} more have waited for more than {oldest}"
    return Block(
        id="waiting",
        title=title,
        rows=company["waiting"],
        text="Leads, opportunities and customers that wait for their next stage, with what can be"
        " expected of them; what has waited for too long is on no list and counted apart. At the"
        " stages after Customer it is a further opportunity that waits, not the customer. The list"
        " with owners, accounts and waiting days is marts.worklists.",
        grid=Grid(
            (
                "Stage",
                ".Waiting",
                ".Expected amount",
                f".Over {oldest}",
            ),
            rows,
            "Past the time limit",
            tuple(row["stage"] for row in records),
        ),
        cube=filters.cube(company, "waiting_filtered"),
        empty="" if rows else "The worklist is empty.",
    )
