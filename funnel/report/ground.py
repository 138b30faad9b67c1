"""What the numbers stand on: the definition, the labels, the data, the plan's record, the words."""

from collections.abc import Sequence

from funnel.report import charts, words
from funnel.report.blocks import Block, Cell, Grid, Item, Panel, Section, Switch
from funnel.report.company import Company, total
from funnel.report.read import Record

STEPS_OF_A_RULE = {
    "is": "is", "is_one_of": "is one of", "at_least": "is at least", "at_most": "is at most",
    "is_not": "is not", "is_not_one_of": "is not one of",
}  # fmt: skip
ALERTS_SHOWN = 25


def section(company: Company) -> list[Section]:
    return [
        Section(
            "ground",
            "The ground",
            [_definition(company), _worth(company), _versions(company), _backtest(company)],
        ),
        Section(
            "labels-section",
            "Labels and alerts",
            [*_labels(company), _history(company)],
            "A system's own label never decides. It is compared with the definition, and drift"
            " raises an alert.",
        ),
        Section(
            "data-section",
            "Data",
            [
                _sources(company),
                _reasons(company),
                _differences(company),
                _billing(company),
                _accuracy(company),
                _forecasts(company),
                _glossary(company),
            ],
        ),
    ]


def _in_force(company: Company) -> int | None:
    versions = [
        row
        for row in company["versions"].records
        if row["valid_from"] is not None
        and (company.as_of is None or row["valid_from"].date() <= company.as_of)
    ]
    newest = max(versions, key=lambda row: row["valid_from"], default=None)
    return None if newest is None else int(newest["definition_version"])


def _definition(company: Company) -> Block:
    version = _in_force(company)
    names = {
        row["definition_version"]: _version_name(row, version)
        for row in company["versions"].records
    }
    stages = [
        stage for stage in company.stages
        if any(row["stage"] == stage for row in company["rules"].records)
    ]  # fmt: skip
    panels = tuple(
        Panel((str(number), stage), _rules(company, number, stage), _scores(company, number, stage))
        for number in sorted(names, key=lambda number: number != version)
        for stage in stages
    )
    summary = next(
        (
            row["summary"]
            for row in company["versions"].records
            if row["definition_version"] == version
        ),
        "",
    )
    options = tuple(
        (str(number), names[number]) for number in sorted(names, key=lambda n: n != version)
    )
    return Block(
        id="definition",
        title=f"What counts: {summary}" if summary else "What counts as a lead, an MQL, an SQL",
        rows=company["rules"],
        text="Everybody is evaluated by the version in force on the day, with what was known then."
        " All rules of a stage must hold.",
        switches=(
            Switch("Version", options),
            Switch("Stage", tuple((stage, company.stage(stage)) for stage in stages)),
        )
        if panels
        else (),
        panels=panels,
        span=3,
        empty="" if panels else "No rule is written in seeds/lead_definition_rules.csv.",
    )


def _version_name(row: Record, in_force: int | None) -> str:
    number = row["definition_version"]
    if number == in_force:
        return f"{number}, in force since {words.day(row['valid_from'])}"
    return f"{number}, draft" if row["valid_from"] is None else f"{number}, earlier"


def _rules(company: Company, version: int, stage: str) -> Grid:
    rows = tuple(
        (
            Cell(row["meaning"], is_heading=True),
            Cell(_condition(row)),
            Cell(row["if_unknown"]),
        )
        for row in company["rules"].where(definition_version=version, stage=stage)
    )
    headings = ("Rule", "How it is checked", "If unknown")
    return Grid(headings, rows, f"{company.stage(stage)}, version {version}")


def _condition(row: Record) -> str:
    """Country is one of US, GB, DE."""
    operator = STEPS_OF_A_RULE.get(row["operator"], words.plain(row["operator"]).lower())
    values = ", ".join(value.replace("_", " ") for value in str(row["value"]).split())
    return f"{words.plain(row['attribute'])} {operator} {values}"


def _scores(company: Company, version: int, stage: str) -> str:
    rules = company["rules"].where(definition_version=version, stage=stage)
    if not any(row["attribute"] == "score" for row in rules):
        return ""
    points = [
        f"{row['points']} for {words.plain(row['kind']).lower()}"
        for row in company["scores"].where(definition_version=version)
    ]
    return f"The score: {', '.join(points)}." if points else ""


# What the marts say of a rule, and whether it shows that the rule is worth keeping.
WORTH = {
    "wins_more": "who meets it buys more often",
    "wins_less": "who meets it buys less often",
    "cannot_tell": "cannot tell: the interval includes 1",
    "too_few": "too few to compare",
    "nobody_to_compare": "nobody fails it",
}


def _worth(company: Company) -> Block:
    """What each rule of the version in force says about who buys."""
    version = _in_force(company)
    records = [
        row
        for row in company["worth"].where(definition_version=version)
        if row["criterion_kind"] != "score_band"
    ]
    rows = tuple(
        (
            Cell(row["meaning"], is_heading=True, note=words.plain(row["criterion_kind"])),
            Cell(company.stage(row["stage"])),
            Cell(words.count(row["met_count"])),
            Cell(words.percent(row["met_win_rate"], 1)),
            Cell(words.percent(row["unmet_win_rate"], 1)),
            Cell(words.times(row["adjusted_lift_ratio"])),
            Cell(_lift_interval(row)),
            Cell(WORTH.get(row["worth_status"], words.plain(row["worth_status"]))),
        )
        for row in records
    )
    proven = {row["criterion"] for row in records if row["worth_status"] == "wins_more"}
    every = {row["criterion"] for row in records}
    headings = ("Rule", "Stage", ".Meet it", ".Of them won", ".Of the others won",
                ".Times as often", ".95% interval", "Reading")  # fmt: skip
    return Block(
        id="worth",
        title=f"Of {len(every)} rules and touches, {len(proven)} mark who buys more often"
        if rows
        else "What each rule is worth",
        rows=company["worth"],
        text="Of the version in force: how many of those who meet a rule have been won, beside"
        " those who do not, times as often after allowing for the other traits.",
        grid=Grid(headings, rows, "Worth of each rule"),
        span=3,
        empty="" if rows else "No rule can be compared yet.",
    )


def _lift_interval(row: Record) -> str:
    low, high = row["lower_adjusted_lift_ratio"], row["upper_adjusted_lift_ratio"]
    return words.NOTHING if low is None else f"{words.times(low)} to {words.times(high)}"


def _versions(company: Company) -> Block:
    items = []
    for row in reversed(company["versions"].records):
        agreed = company["agreements"].where(definition_version=row["definition_version"])
        said = "; ".join(
            f"{company.team(one['team'])} on {words.day(one['agreed_on'])}" for one in agreed
        )
        since = "draft" if row["valid_from"] is None else f"from {words.day(row['valid_from'])}"
        if row["valid_from"] is not None and row["valid_from"].year < 2000:
            since = "from the start"
        items.append(
            Item(
                row["summary"],
                None,
                f"Agreed by {said}." if said else "No team has agreed to it.",
                f"Version {row['definition_version']}",
                since,
            )
        )
    return Block(
        id="versions",
        title="Who agreed to which version",
        rows=company["agreements"],
        items=tuple(items),
        empty="" if items else "No version is written in seeds/lead_definition_versions.csv.",
    )


def _backtest(company: Company) -> Block:
    records = company["backtest"].records
    stages = {stage: place for place, stage in enumerate(company.stages)}
    names = dict.fromkeys(row["evaluation"] for row in records)
    rows = tuple(
        (
            Cell(_evaluation(row), is_heading=True),
            Cell(company.stage(row["stage"])),
            Cell(words.count(row["qualified_count"])),
            Cell(
                f"+{words.count(row['entering_count'])}" if row["entering_count"] else words.NOTHING
            ),
            Cell(words.signed(-row["leaving_count"]) if row["leaving_count"] else words.NOTHING),
            Cell(words.count(row["won_count"])),
        )
        for row in sorted(
            records, key=lambda row: (stages.get(row["stage"], 99), row["evaluation"])
        )
    )
    title = "What each version would have counted"
    draft = [row for row in records if row["is_draft"] and row["stage"] == "mql"]
    if draft:
        title = (
            f"The draft would drop {words.count(draft[0]['leaving_count'])} MQLs and add"
            f" {words.count(draft[0]['entering_count'])}"
        )
    return Block(
        id="backtest",
        title=title,
        rows=company["backtest"],
        text="Each version alone over all of history, beside what is in force (each version in its"
        " own time).",
        grid=Grid(
            ("Version", "Stage", ".Would count", ".Enter", ".Leave", ".Won of them"),
            rows,
            "Versions tried on history",
        ),
        span=2,
        empty="" if names else "No version has been tried on history.",
    )


def _evaluation(row: Record) -> str:
    if row["evaluation"] == "in_force":
        return "In force"
    return f"Version {row['definition_version']}" + (" (draft)" if row["is_draft"] else "")


def _labels(company: Company) -> list[Block]:
    pairs = dict.fromkeys((row["system"], row["stage"]) for row in company["labels"].records)
    order = {stage: place for place, stage in enumerate(company.stages)}
    found = [
        _label(company, system, stage)
        for system, stage in sorted(pairs, key=lambda pair: (pair[0], order.get(pair[1], 99)))
    ]
    return found or [
        Block(
            id="labels",
            title="Agreement of labels and definition",
            rows=company["labels"],
            empty="No system sets a label for a stage of the definition.",
        )
    ]


def _label(company: Company, system: str, stage: str) -> Block:
    records = company["labels"].where(system=system, stage=stage)
    shown = [
        charts.Point(
            row["month_start"],
            float(row["agreed_count"]) / float(row["person_count"]),
            words.percent(float(row["agreed_count"]) / float(row["person_count"]))
            if row is records[-1]
            else "",
        )
        for row in records
    ]
    last = records[-1]
    name = f"{words.system(system)}, {company.stage(stage)}"
    share = words.percent(float(last["agreed_count"]) / float(last["person_count"]))
    alerts = [
        alert
        for alert in company.open_alerts
        if alert["system"] == system and alert["stage"] in (stage, "none", None)
        and alert["kind"] != "missing_data"
    ]  # fmt: skip
    wrong, missing = last["labelled_only_count"], last["defined_only_count"]
    text = (
        f"{words.period('month', last['month_start'])}: {words.count(wrong)} labelled without"
        f" meeting the definition, {words.count(missing)} who met it without the label."
    )
    details = Grid(
        ("Month", ".People", ".Agree", ".Only labelled", ".Only defined"),
        tuple(
            (
                Cell(words.period("month", row["month_start"])),
                Cell(words.count(row["person_count"])),
                Cell(words.count(row["agreed_count"])),
                Cell(words.count(row["labelled_only_count"])),
                Cell(words.count(row["defined_only_count"])),
            )
            for row in records
        ),
        name,
    )
    return Block(
        id=f"label-{system.replace('_', '-')}-{stage.replace('_', '-')}",
        title=f"{name}: label and definition agree on {share}",
        rows=company["labels"],
        text=text,
        picture=charts.line(shown, company.colour(company.stage_teams.get(stage))),
        alt="; ".join(
            f"{words.month(point.start)}: {words.percent(point.value)}" for point in shown
        ),
        details=details,
        team=company.stage_teams.get(stage),
        caveats=tuple(alert["summary"] for alert in alerts),
    )


def _history(company: Company) -> Block:
    alerts = sorted(
        company["alerts"].records,
        key=lambda alert: (alert["status"] == "resolved", -alert["first_seen_date"].toordinal()),
    )
    items = tuple(
        Item(
            alert["summary"],
            alert["owner_team"],
            "" if alert["status"] == "resolved" else f"{alert['next_step']}.",
            alert["status"],
            _when(alert),
        )
        for alert in alerts[:ALERTS_SHOWN]
    )
    still = len(company.open_alerts)
    title = f"{still} of {len(alerts)} alerts {'is' if still == 1 else 'are'} open"
    for status in ("silenced", "quiet"):
        some = sum(alert["status"] == status for alert in alerts)
        title += f", {some} {'is' if some == 1 else 'are'} {status}" if some else ""
    return Block(
        id="alert-history",
        title=title if alerts else "No alert has been raised",
        text="Quiet: no further alarm, but the label is still not mapped, so its changes are not"
        " counted."
        if any(alert["status"] == "quiet" for alert in alerts)
        else "",
        rows=company["alerts"],
        items=items,
        span=3,
        empty="" if items else "No monitor has raised an alarm.",
    )


def _when(alert: Record) -> str:
    first = words.day(alert["first_seen_date"])
    if alert["resolved_date"] is None:
        return f"since {first}"
    return f"{first} to {words.day(alert['last_seen_date'])}"


def _sources(company: Company) -> Block:
    records = company["source_rows"].records
    silent = {
        alert["system"]: alert["summary"]
        for alert in company.open_alerts
        if alert["kind"] == "missing_data"
    }
    rows = tuple(
        (
            Cell(
                words.system(row["system"]) + (" *" if row["system"] in silent else ""),
                is_heading=True,
            ),
            Cell(words.count(row["read_count"])),
            Cell(words.count(row["counted_count"])),
            Cell(words.count(row["set_aside_count"])),
            Cell(words.count(row["quarantined_count"])),
            Cell(
                words.percent(float(row["quarantined_count"]) / float(row["read_count"]), 2)
                if row["read_count"]
                else words.NOTHING
            ),
        )
        for row in records
    )
    read, bad = total(records, "read_count"), total(records, "quarantined_count")
    title = f"{words.count(read)} rows were read; {words.count(bad)} could not be used"
    headings = ("System", ".Read", ".Counted", ".Set aside", ".Quarantined", ".Quarantined, share")
    return Block(
        id="sources",
        title=title if records else "Rows of the source systems",
        rows=company["source_rows"],
        text="Every row is counted, set aside by a documented rule, or in quarantine.",
        grid=Grid(headings, rows, "Rows of each system"),
        caveats=tuple(silent.values()),
        span=3,
        empty="" if rows else "No source table has been read.",
    )


def _reasons(company: Company) -> Block:
    records = company["source_reasons"].records[:14]
    most = max((float(row["row_count"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(words.plain(row["reason_code"]), is_heading=True),
            Cell(words.system(row["system"])),
            Cell(words.plain(row["row_status"])),
            Cell(
                words.count(row["row_count"]),
                bar=float(row["row_count"] or 0) / most if most else 0,
            ),
        )
        for row in records
    )
    return Block(
        id="reasons",
        title="Why rows were not counted",
        rows=company["source_reasons"],
        text="Quarantined rows first. Each row with its reason is in marts.quarantine.",
        grid=Grid(("Reason", "System", "Status", ".Rows"), rows, "Reasons"),
        empty="" if rows else "Every row is counted.",
    )


def _differences(company: Company) -> Block:
    records = company["differences"].records
    rows = tuple(
        (
            Cell(words.plain(row["comparison"]), is_heading=True),
            Cell(words.plain(row["category"])),
            Cell(words.count(row["record_count"])),
            Cell(words.amount(row["amount"])),
            Cell(words.amount(row["other_amount"])),
            Cell(words.signed(row["difference_amount"], "amount")),
        )
        for row in records
    )
    found = words.count(total(records, "record_count"))
    title = f"Two systems, or a label and the definition, disagree on {found} records"
    headings = ("Comparison", "Why", ".Records", ".First system", ".Other system", ".Difference")
    return Block(
        id="differences",
        title=title if rows else "The systems agree",
        rows=company["differences"],
        text="Which records they are, with their ids: marts.record_differences.",
        grid=Grid(headings, rows, "Differences between systems"),
        span=2,
        empty="" if rows else "No record is in two systems, or all agree.",
    )


PARTS = (
    ("not_linked_amount", "Not linked"),
    ("missing_amount", "Missing in one"),
    ("deleted_amount", "Deleted"),
    ("currency_amount", "Currency"),
    ("not_due_amount", "Not due yet"),
    ("timing_amount", "Other month"),
    ("mismatch_amount", "Other amount"),
)


def _billing(company: Company) -> Block:
    records = [
        row
        for row in company["booking_differences"].records
        if row["crm_amount"] or row["billing_amount"]
    ]
    rows = tuple(
        (
            Cell(words.plain(row["comparison"]), is_heading=True),
            Cell(words.amount(row["crm_amount"])),
            Cell(words.amount(row["billing_amount"])),
            Cell(words.signed(row["difference_amount"], "amount")),
            *(Cell(words.signed(row[column] or None, "amount")) for column, _ in PARTS),
        )
        for row in records
    )
    title = "Sales and finance"
    if records:
        first = records[0]
        not_due = float(first["not_due_amount"] or 0)
        more, less = words.amount(first["more_amount"]), words.amount(first["less_amount"])
        title = f"Sales and finance, by account: {more} more in the CRM, {less} more in billing"
        title += f"; {words.amount(abs(not_due))} is not due yet" if not_due else ""
    headings = (
        "Comparison",
        ".CRM",
        ".Billing",
        ".Difference",
        *(f".{name}" for _, name in PARTS),
    )
    return Block(
        id="billing",
        title=title,
        rows=company["booking_differences"],
        text="Payments: over all months. Recurring revenue: a balance, at the end of the last"
        " month. The title takes each account by itself; the difference is what is left when more"
        " and less are set off. Not due yet: booked, but for months after the cutoff.",
        grid=Grid(headings, rows, "CRM and billing"),
        span=3,
        empty="" if rows else "No system provides payments or subscriptions beside the CRM.",
    )


def _accuracy(company: Company) -> Block:
    records = company["accuracy"].records
    rows = tuple(
        (
            Cell(words.plain(row["node"]), is_heading=True),
            Cell(words.count(row["weeks_ahead"])),
            Cell(words.count(row["planned_volume"])),
            Cell(words.count(row["actual_count"])),
            Cell(words.change(row["actual_count"], row["planned_volume"])),
            Cell(words.percent(row["coverage_80_rate"])),
        )
        for row in records
    )
    headings = ("Node", ".Weeks ahead", ".Planned", ".Came", ".Off by", ".In the 80% interval")
    return Block(
        id="accuracy",
        title="Plans against what came",
        rows=company["accuracy"],
        text="How far earlier plans were off, by how many weeks ahead they were made.",
        grid=Grid(headings, rows, "Accuracy of the plan"),
        empty=""
        if rows
        else "No planned week is over yet: each build keeps its plan, and the first"
        " comparison comes with the week after it.",
    )


def _forecasts(company: Company) -> Block:
    """What was forecast of months and quarters that are over, as it was said then."""
    records = company["forecast_accuracy"].records
    rows = tuple(
        (
            Cell(row["metric_name"], team=row["owner_team"], is_heading=True),
            Cell(f"{row['weeks_ahead']} to {row['weeks_ahead'] + 3}"),
            Cell(words.count(row["forecast_count"])),
            Cell(words.percent(row["bias"])),
            Cell(words.percent(row["error_size"])),
            Cell(words.percent(row["year_before_error_size"])),
            Cell(words.percent(row["coverage_80_rate"])),
            Cell(words.percent(row["coverage_95_rate"])),
        )
        for row in records
    )
    headings = (
        *("KPI", ".Weeks ahead", ".Forecasts", ".Came above", ".Off by", ".Last year off by"),
        *(".In the 80% interval", ".In the 95% interval"),
    )
    return Block(
        id="forecast-accuracy",
        title="Forecasts against what came",
        rows=company["forecast_accuracy"],
        text="Months and quarters of the whole company. Came above: what came, less what was"
        " forecast. Off by: the median error; beside it that of the same period a year before.",
        grid=Grid(headings, rows, "Accuracy of the forecasts"),
        span=3,
        empty=""
        if rows
        else "No month that was forecast is over yet: each week keeps its first forecast, and the"
        " first comparison comes with the end of the month.",
    )


def _glossary(company: Company) -> Block:
    records: Sequence[Record] = company["kpis"].records
    rows = tuple(
        (
            Cell(row["metric_name"], team=row["owner_team"], is_heading=True),
            Cell(row["formula"]),
            Cell(company.team(row["owner_team"])),
            Cell(row["formula_source"]),
        )
        for row in records
    )
    return Block(
        id="glossary",
        title=f"What the {len(rows)} KPIs mean",
        rows=company["kpis"],
        text="One name, one formula, one owner.",
        grid=Grid(("KPI", "Formula", "Owner", "Formula by"), rows, "Glossary of the KPIs"),
        span=3,
        empty="" if rows else "No KPI is listed in seeds/kpi_list.csv.",
    )
