"""The pipeline: what moved bookings, what is open, what became of what was due, what slipped."""

from collections.abc import Sequence
from dataclasses import replace

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import SELLING, Company, total
from funnel.report.read import Record
from funnel.report.tiles import overdue_in_coverage
from funnel.report.worklists import LEFT_OVER, kind_of, record_of


def drivers(company: Company) -> Block:
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
        text="Change against the quarter before, by driver. The parts add up to the change."
        f"{_largest_win(company)}",
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


def _largest_win(company: Company) -> str:
    """One win can be most of what moved."""
    for row in company["largest_wins"].where(period="quarter"):
        kind = words.plain(row["revenue_type"]).lower()
        return f" The largest win of the quarter is {words.amount(row['won_amount'])} ({kind})."
    return ""


CLASSES = (("commit", "Commit"), ("best_case", "Best case"), ("pipeline", "Pipeline"),
           ("unclassified", "Unclassified"))  # fmt: skip


def pipeline(company: Company) -> Block:
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
        for late in company["late_open"].records:
            title += (
                f"; {words.count(late['late_count'])} of them ({words.amount(late['late_amount'])})"
                " are past their close date or the time limit of their stage"
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
        text="Open amount at the end of each month by how certain it is, by the stage that it is in"
        " and whenever it is expected to close. Darkest: commit."
        f"{_largest_commit(company)}",
        picture=charts.stacks(stacked, order, shades) if stacked else "",
        alt=f"{title}: bars by month.",
        grid=grid if latest else None,
        cube=filters.cube(company, "pipeline_filtered"),
        caveats=company.caveats("pipeline"),
        team=SELLING,
        empty="" if latest else "No opportunity is open.",
    )


def _largest_commit(company: Company) -> str:
    """One opportunity can be most of what is committed."""
    for row in company["largest_commit"].records:
        if row["commit_count"] > 1 and row["largest_amount"] >= row["whole_amount"] / 2:
            share = words.percent(row["largest_amount"] / row["whole_amount"])
            name = f"{row['account_name']}, " if row["account_name"] else ""
            pushed = f", pushed {row['push_count']} times" if row["push_count"] else ""
            return (
                f" One opportunity is {share} of commit:"
                f" {name}{words.amount(row['largest_amount'])}{pushed}."
            )
    return ""


LATER = {"overdue": "Past its close date", "undated": "Without a close date"}
TYPES = (
    ("new", "New business"),
    ("renewal", "Renewals"),
    ("expansion", "Expansion"),
    ("left_over", LEFT_OVER),
)


def due(company: Company) -> Block:
    """What is open by the month in which it is expected to close."""
    records = company["open_by_month"].records
    keys = list(dict.fromkeys(_due_key(row) for row in records))
    keys.sort(key=lambda key: (key not in LATER, key))
    keys = [*keys, "all"] if keys else []
    rows = tuple(
        _due_row(key, [row for row in records if key in ("all", _due_key(row))]) for key in keys
    )
    headings = ("Expected to close", ".Open", *(f".{name}" for _, name in TYPES), ".All",
                ".Largest")  # fmt: skip
    tables = (*company["open_by_month"].tables, *company["landing"].tables)
    return Block(
        id="pipeline-due",
        title=_due_title(company, records),
        rows=replace(company["open_by_month"], tables=tuple(dict.fromkeys(tables))),
        text="Open opportunities, at their whole amount, by the month of the close date that their"
        " owners gave. What is past its close date needs a new one, or is lost. Left-over first"
        " sale: begun before its account bought by another opportunity; hardly any of these is won:"
        " close it, or make an expansion of it. Largest: of one opportunity.",
        grid=Grid(headings, rows, "Open pipeline by expected month", tuple(keys)) if rows else None,
        cube=filters.cube(company, "open_by_month_filtered"),
        caveats=company.caveats("pipeline"),
        team=SELLING,
        span=2,
        empty="" if records else "No opportunity is open.",
    )


def _due_key(row: Record) -> str:
    if row["close_month"]:
        return str(row["close_month"].isoformat())
    return "undated" if row["is_undated"] else "overdue"


def _due_row(key: str, records: Sequence[Record]) -> tuple[Cell, ...]:
    name = LATER.get(key) or (
        "All that is open" if key == "all" else words.month(records[0]["close_month"])
    )

    def of(kind: str) -> Cell:
        found = [row for row in records if row["revenue_type"] == kind]
        value = total(found, "due_amount") if found else 0
        return Cell(words.amount(value), sum=f"{kind}_amount", form="amount")

    return (
        Cell(name, is_heading=True),
        Cell(words.count(total(records, "due_count")), sum="due_count"),
        *(of(kind) for kind, _ in TYPES),
        Cell(words.amount(total(records, "due_amount")), sum="due_amount", form="amount"),
        Cell(words.amount(max(float(row["largest_amount"]) for row in records)), text_number=-1),
    )


def _due_title(company: Company, records: Sequence[Record]) -> str:
    new = [row for row in records if row["revenue_type"] == "new"]
    dated = [row for row in new if row["close_month"]]
    start = company.next("quarter")
    if not dated or not start:
        return "Open pipeline by expected month"
    after = words.next_month(words.next_month(words.next_month(start)))
    within = total([row for row in dated if row["close_month"] < after], "due_amount")
    later = total([row for row in dated if row["close_month"] >= after], "due_amount")
    beyond = f", {words.amount(later)} a later one" if later else ", none a later one"
    title = (
        f"{words.amount(within)} of open new business has a close date in the"
        f" {company.period('quarter', start)}{beyond}"
    )
    for row in company["landing"].where(period_start=start):
        title += (
            f"; the forecast from the whole open funnel is"
            f" {words.amount(row['expected_open_amount'])}"
        )
    return title


def overdue(company: Company) -> Block:
    """Open opportunities that should have been closed by now."""
    records = company["overdue_opportunities"].records
    title, shown = "Nothing open is past its close date", ""
    if records:
        everything = records[0]["overdue_count"]
        title = (
            f"{words.count(everything)} open opportunities"
            f" ({words.amount(records[0]['overdue_amount'])}) are past their expected close date"
        )
        shown = " All of them" if everything == len(records) else f" The {len(records)} largest"
        shown += ", of all kinds, however old they are."
    return _list_of_open(
        company,
        Block(
            id="overdue",
            title=title,
            rows=company["overdue_opportunities"],
            text="Give each a new date with a next step, or close it as lost: until then it counts"
            f" as open pipeline.{_in_coverage(company)}{shown}",
            empty="" if records else "Every open opportunity has a close date to come, or none.",
        ),
        "Open past the close date",
        len(records),
    )


def _in_coverage(company: Company) -> str:
    """How much of what is late counts in coverage: no renewal does, and no first sale left over."""
    late = overdue_in_coverage(company)
    records = company["overdue_opportunities"].records
    if not records:
        return ""
    text = f" {words.amount(late)} of it counts in coverage." if late else ""
    if records[0]["left_over_count"]:
        text += (
            f" Of them, {words.count(records[0]['left_over_count'])}"
            f" ({words.amount(records[0]['left_over_amount'])}) are first sales left over, of"
            " accounts that bought by another one: hardly any is won."
        )
    return text


def due_opportunities(company: Company) -> Block:
    """The largest that are expected to close in the quarter that is not over."""
    records, start = company["due_opportunities"].records, company.next("quarter")
    title, shown = "Nothing open has a close date in the quarter", records[:DUE_SHOWN]
    if records and start:
        whole = float(records[0]["due_amount"])
        title = (
            f"{words.count(records[0]['due_count'])} open opportunities"
            f" ({words.amount(whole) if whole else 'none with an amount'}) have a close date in the"
            f" {company.period('quarter', start)}"
        )
        if whole:
            share = words.percent(total(shown, "amount") / whole)
            title += f"; the {len(shown)} largest are {share} of the amount"
    return _list_of_open(
        company,
        Block(
            id="due-opportunities",
            title=title,
            rows=company["due_opportunities"],
            text=f"The {DUE_SHOWN} largest of all markets, or of the one that is chosen above, of"
            " all kinds. The owners gave the close dates; one that was pushed often, or that has"
            " been open for long, is less sure.",
            empty="" if records else "No open opportunity has a close date in it.",
        ),
        "Largest open opportunities due in the quarter",
        DUE_SHOWN,
    )


# Of the largest that are due.
DUE_SHOWN = 10


def _list_of_open(company: Company, block: Block, caption: str, first: int) -> Block:
    """A row for each open opportunity, with who must act."""
    records = block.rows.records
    rows = tuple(
        (
            Cell(
                row["account_name"] or words.NOTHING,
                is_heading=True,
                note="customer who left" if row["customer_state"] == "churned" else "",
            ),
            owner_of(row),
            Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
            Cell(kind_of(row)),
            Cell(words.amount(row["amount"])),
            Cell(words.day(row["expected_close_date"])),
            Cell(words.count(row["push_count"])),
            Cell(words.count(row["age_days"])),
            record_of(row),
        )
        for row in records
    )
    headings = ("Account", "Owner", "Market", "Of", ".Amount", "Expected to close", ".Pushes",
                ".Days open", "Record")  # fmt: skip
    markets = tuple(row["funnel"] for row in records)
    grid = Grid(headings, rows, caption, markets=markets, first=first)
    return replace(block, grid=grid if rows else None, follows="funnel", team=SELLING, span=3)


def owner_of(row: Record) -> Cell:
    """The owner's user in the system, with the team."""
    if row["user_id"] in (None, "none"):
        return Cell("no owner")
    return Cell(
        f"{words.system(row['owner_system'])} {row['user_id']}", note=row["owner_own_team"] or ""
    )


WATERFALL = (
    ("opening", "Due at the start", 1), ("created", "Created and due", 1),
    ("reopened", "Reopened", 1), ("increased", "Amount up", 1),
    ("decreased", "Amount down", -1), ("pulled_in", "Pulled in", 1),
    ("pushed_out", "Pushed out", -1), ("won", "Won", -1), ("lost", "Lost", -1),
)  # fmt: skip


def waterfall(company: Company) -> Block:
    """What was due in the last quarter that is over, from its first day to its last."""
    quarter = company.last("quarter")
    records = company["waterfall"].where(period_start=quarter, basis="due_in_period")
    values = _steps(records[0]) if records else []
    title, later = "What became of the pipeline that was due", ""
    if records and quarter and records[0]["opening_amount"]:
        due, slipped, left = (
            words.amount(records[0][name] or 0)
            for name in ("opening_amount", "slipped_amount", "left_amount")
        )
        share = words.percent(_part(records[0]["slipped_amount"], records[0]["opening_amount"]))
        title = (
            f"{slipped} of the {due} that was due in the {company.period('quarter', quarter)}"
            f" slipped ({share})"
        )
        later = f" With what came into the quarter later, {left} is due after it now."
    return Block(
        id="waterfall",
        title=title,
        rows=company["waterfall"],
        text="Basis: open opportunities whose expected close date lies in the quarter."
        f"{later} A win that was expected in another quarter is pulled in first. The file holds"
        " all that is open, too; marts.fct_pipeline_waterfall_by_period lists the opportunities"
        " behind each bar.",
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


def slippage(company: Company) -> Block:
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
        if shown:
            title += _lost_commit(company, shown[0])
    headings = ("Period", ".Due at the start", ".Slipped", ".Committed at the start", ".Won",
                ".Lost", ".Slipped", ".Pushes", ".Median push, days")  # fmt: skip
    return Block(
        id="slippage",
        title=title,
        rows=company["slippage"],
        text="What was open on the first day and expected to close in the period, and what owners"
        " had committed of it. It slipped if it was neither won nor lost in the period; what was"
        " committed was won, lost or slipped (more than all of it if amounts grew). Shares are"
        " of amounts. A push moves a close date to a later day; from month to month within a"
        " quarter, it slips out of the month alone.",
        grid=Grid(headings, tuple(rows), "Slippage by period", tuple(keys)) if rows else None,
        cube=filters.cube(company, "slippage_filtered"),
        span=2,
        caveats=company.caveats("pipeline"),
        team=SELLING,
        empty="" if rows else "No period is over.",
    )


def _lost_commit(company: Company, row: Record) -> str:
    """What was lost did not slip: said where it is a third of what was committed."""
    lost, committed = float(row["commit_lost_amount"] or 0), float(row["commit_amount"] or 0)
    if not committed or lost < committed / 3:
        return ""
    when = company.period(row["period_kind"], row["period_start"]).removeprefix("quarter ")
    return (
        f"; {words.amount(lost)} of the {words.amount(committed)} committed at the start of {when}"
        " was lost"
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
        *(
            Cell(
                words.percent(_part(row[column], row["commit_amount"])),
                sum=f"{column}/commit_amount",
                form="percent",
            )
            for column in ("commit_won_amount", "commit_lost_amount")
        ),
        Cell(
            words.percent(_part(row["commit_slipped_amount"], row["commit_amount"])),
            sum="commit_slipped_amount/commit_amount",
            form="percent",
        ),
        Cell(words.count(row["push_count"]), text_number=-1),
        Cell(words.count(row["median_pushed_days"]), text_number=-1),
    )


def slipped_opportunities(company: Company) -> Block:
    """The largest that slipped out of the last quarter that is over."""
    records = company["slipped_opportunities"].where(period_start=company.last("quarter"))
    rows = tuple(
        (
            Cell(row["account_name"] or words.NOTHING, is_heading=True),
            owner_of(row),
            Cell(kind_of(row)),
            Cell(words.amount(row["slipped_amount"])),
            Cell(words.amount(row["amount_now"])),
            Cell(
                words.day(row["expected_close_date"])
                if row["outcome"] == "open"
                else words.plain(row["outcome"])
            ),
            Cell(words.count(row["push_count"])),
            record_of(row),
        )
        for row in records
    )
    title = "Nothing slipped out of the last quarter"
    if records:
        most = words.percent(
            float(records[0]["slipped_amount"])
            / max(total(_last_slippage(company), "slipped_amount"), 1)
        )
        title = (
            f"{words.count(records[0]['slipped_count'])} opportunities slipped out of the"
            f" {company.period('quarter', records[0]['period_start'])}; the largest is {most} of"
            " the amount"
        )
    headings = ("Account", "Owner", "Of", ".Slipped", ".Amount now", "Now expected", ".Pushes",
                "Record")  # fmt: skip
    return Block(
        id="slipped",
        title=title,
        rows=company["slipped_opportunities"],
        text="Due at the start of the quarter, and neither won nor lost in it: the ten largest."
        " Now expected: the close date of today, or what became of it since.",
        grid=Grid(headings, rows, "What slipped out of the quarter") if rows else None,
        span=3,
        team=SELLING,
        empty="" if rows else "Nothing was due, or all of it was won or lost.",
    )


def _last_slippage(company: Company) -> list[Record]:
    return company["slippage"].where(period_kind="quarter", period_start=company.last("quarter"))


def _part(part: object, whole: object) -> float | None:
    return float(str(part)) / float(str(whole)) if part is not None and whole else None


def _of(records: Sequence[Record], code: str) -> list[Record]:
    return [row for row in records if row["pipeline_class"] == code]
