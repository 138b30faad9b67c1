"""Markets and segments side by side, and why customers leave."""

from collections.abc import Mapping
from dataclasses import replace

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import KEEPING, SELLING, Company, total
from funnel.report.read import Record
from funnel.report.worklists import record_of

LEAD_TO_WIN = ("lead", "win")
HEADINGS = (
    ".Leads",
    ".MQLs",
    ".New customers",
    ".Leads that buy in the end",
    ".95% interval",
    ".Won of closed",
    ".New business",
    ".Customers now",
    ".Recurring revenue",
    ".NRR",
)


def side_by_side(company: Company) -> Block:
    """The last twelve months of each market and each segment in one table."""
    panels, titles = [], []
    for dimension, name in (("funnel", "Market"), ("segment", "Segment")):
        values = _values(company, dimension)
        if len(values) > 1:
            rows = tuple(_row(company, dimension, value, values[value]) for value in values)
            panels.append(Panel((dimension,), Grid((name, *HEADINGS), rows, f"By {name.lower()}")))
            titles.append((dimension, name))
    queries = ("funnel_filtered", "estimates_filtered", "sales_slices", "mrr_filtered")
    tables = tuple(dict.fromkeys(table for name in queries for table in company[name].tables))
    return Block(
        id="slices",
        title="Markets and segments side by side",
        rows=replace(company["funnel_filtered"], tables=tables),
        text="Last twelve months: leads and MQLs that met the definition, new customers,"
        " opportunities of new business. Leads that buy in the end: estimated from all history,"
        " with waiting time counted. Recurring revenue: a month, now. NRR: of twelve months, and of"
        " how many customers; of few of them, one customer moves it. Few wins make wide intervals:"
        " compare those.",
        switches=(Switch("By", tuple(titles)),) if len(titles) > 1 else (),
        panels=tuple(panels),
        span=3,
        empty="" if panels else "There is one market and one segment.",
    )


def owners(company: Company) -> Block:
    """Each owner who has a target, in the last quarter that is over."""
    rows = company["owner_targets"].where(period_start=company.last("quarter"))
    title = "Owners against their targets"
    if rows:
        reached = {(row["system"], row["user_id"]) for row in rows if row["attainment_ratio"] >= 1}
        named = {(row["system"], row["user_id"]) for row in rows}
        title = (
            f"{words.count(len(reached))} of {words.count(len(named))} owners reached a target of"
            f" the {company.period('quarter', rows[0]['period_start'])}"
        )
    people = dict.fromkeys((row["system"], row["user_id"]) for row in rows)
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    names = {row["metric"]: row["metric_name"] for row in rows}
    grid = Grid(
        ("Owner", *(f".{names[metric]}" for metric in metrics), ".All that was won"),
        tuple(
            _owner([row for row in rows if (row["system"], row["user_id"]) == person], metrics)
            for person in people
        ),
        "Owners against their targets",
    )
    return Block(
        id="owners",
        title=title,
        rows=company["owner_targets"],
        text="Targets that were agreed for one owner, and what came. All that was won has renewals"
        f" and expansions, too.{_untargeted(company)} What people are called is not in the"
        " page: an owner is the user of the system, with the team that the system has.",
        grid=grid if rows else None,
        team=SELLING,
        span=3,
        empty="" if rows else "No owner has a target for the last quarter that is over.",
    )


def _untargeted(company: Company) -> str:
    """How much of the new business the owners with a target won."""
    for row in company["closed_new_business"].records:
        if row["won_amount"]:
            return (
                f" These owners won {words.amount(row['targeted_won_amount'])} of the"
                f" {words.amount(row['won_amount'])} of new business; the rest is of owners"
                " without a target."
            )
    return ""


def _owner(rows: list[Record], metrics: list[str]) -> tuple[Cell, ...]:
    """One owner: each target with what came of it."""
    first = rows[0]

    def against(metric: str) -> Cell:
        for row in rows:
            if row["metric"] == metric:
                actual = words.metric(row["compared_actual"], row["unit"], metric)
                target = words.metric(row["target"], row["unit"], metric)
                attained = float(row["attainment_ratio"])
                return Cell(
                    f"{actual} of {target}: {words.percent(attained)}",
                    bar=None if row["is_lower_better"] else min(max(attained, 0), 1),
                )
        return Cell(words.NOTHING)

    return (
        Cell(
            f"{words.system(first['system'])} {first['user_id']}",
            note=first["team"] or "",
            is_heading=True,
        ),
        *(against(metric) for metric in metrics),
        Cell(words.amount(first["won_amount"])),
    )


def _values(company: Company, dimension: str) -> dict[str, int]:
    """The markets or segments with their leads, the largest first."""
    found: dict[str, int] = {}
    for row in company["funnel_filtered"].where(period="year"):
        count = row["qualified_count"] if row["key"] == company.stage_of("lead") else 0
        found[row[dimension]] = found.get(row[dimension], 0) + int(count or 0)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _row(company: Company, dimension: str, value: str, leads: int) -> tuple[Cell, ...]:
    def of(query: str, column: str, **wanted: object) -> float:
        return total(company[query].where(**{dimension: value}, **wanted), column)

    def stage(name: str, column: str) -> float:
        key = company.stage_of(name)
        return of("funnel_filtered", column, period="year", key=key)

    won, lost = of("sales_slices", "won_count"), of("sales_slices", "lost_count")
    months = [row["key"] for row in company["mrr_filtered"].records]
    last = max(months, default="")
    mrr = of("mrr_filtered", "closing_amount", key=last) if months else None
    now = of("mrr_filtered", "closing_customer_count", key=last) if months else None
    opening = of("mrr_filtered", "year_opening_amount", key=last)
    kept = of("mrr_filtered", "year_net_amount", key=last)
    customers = of("mrr_filtered", "year_opening_customer_count", key=last)
    estimate = _estimate(company, dimension, value)
    low, high = estimate.get("lower_rate"), estimate.get("upper_rate")
    name = company.funnels if dimension == "funnel" else {}
    return (
        Cell(name.get(value, words.plain(value)), is_heading=True),
        Cell(words.count(leads)),
        Cell(words.count(stage("mql", "qualified_count"))),
        Cell(words.count(stage("win", "passed_count"))),
        Cell(words.percent(estimate.get("estimated_rate"), 1)),
        Cell(words.NOTHING if low is None else f"{words.percent(low)} to {words.percent(high)}"),
        Cell(words.percent(won / (won + lost)) if won + lost else words.NOTHING),
        Cell(words.amount(of("sales_slices", "won_amount"))),
        Cell(words.count(now)),
        Cell(words.amount(mrr)),
        Cell(
            words.percent(kept / opening) if opening else words.NOTHING,
            note=f"of {words.count(customers)}" if opening else "",
        ),
    )


def _estimate(company: Company, dimension: str, value: str) -> Record:
    step = words.STEP.join(str(company.stage_of(node)) for node in LEAD_TO_WIN)
    other = {"funnel": "all", "segment": "all"} | {dimension: value}
    return next(iter(company["estimates_filtered"].where(step=step, **other)), {})


def customers_lost(company: Company) -> Block:
    """The customers that left in the last twelve months, and why."""
    known = {row["reason"] for row in company["reasons"].records} | set(NAMELESS)
    records = company["customers_lost"].records
    rows = tuple(
        (
            Cell(row["account_name"] or words.NOTHING, is_heading=True),
            Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
            Cell(words.short_month(row["exited_at"])),
            Cell(words.amount(row["lost_mrr_amount"])),
            Cell(
                _reason(row) if row["exit_reason"] in known else NAMELESS["withheld"],
                team=row["reason_team"],
            ),
            record_of(row),
        )
        for row in records
    )
    title = "No customer left in the last twelve months"
    if records:
        first = records[0]
        title = (
            f"{words.count(first['lost_count'])} customers left in the last twelve months, who"
            f" paid {words.amount(first['lost_amount'] or 0)} a month"
        )
    return Block(
        id="customers-lost",
        title=title,
        rows=company["customers_lost"],
        text="The latest months first (thirty at most), in each of them who paid most. Recurring"
        " revenue: what they paid a month.",
        grid=Grid(
            ("Account", "Market", "Left in", ".Recurring revenue", "Reason", "Record"),
            rows,
            "Customers who left",
        )
        if rows
        else None,
        team=KEEPING,
        span=2,
        empty="" if rows else "Nobody left, or no system says so.",
    )


EXITS = (
    ("churned", "Customers that left"),
    ("recycled", "Leads that were sent back"),
)
# No reasons, but why there is none.
NAMELESS = {
    "none": "No reason given",
    "unmapped": "Reason without a mapping",
    "unknown": "Not known",
    "withheld": "Rare reasons",
}


def exits(company: Company) -> Block:
    """Why customers left and leads were sent back in the last twelve months."""
    known = {row["reason"] for row in company["reasons"].records} | set(NAMELESS)
    records = [row for row in company["exits"].records if row["exit_reason"] in known]
    panels, options = [], []
    for kind, name in EXITS:
        rows = [row for row in records if row["exit_type"] == kind]
        if rows:
            panels.append(Panel((kind,), _exit_grid(company, name, rows)))
            options.append((kind, f"{name} ({words.count(total(rows, 'exit_count'))})"))
    return Block(
        id="exits",
        title=_exit_title(records),
        rows=company["exits"],
        text="Last twelve months. Recurring revenue: what customers who left paid a month. A dot:"
        " one team alone can do something about the reason.",
        switches=(Switch("Who", tuple(options)),) if options else (),
        panels=tuple(panels),
        cube=filters.cube(company, "exits_filtered"),
        empty="" if panels else "No customer has left, and no lead was sent back.",
    )


def _exit_grid(company: Company, name: str, rows: list[Record]) -> Grid:
    most = max(row["exit_count"] for row in rows)
    cells = tuple(
        (
            Cell(_reason(row), team=row["reason_team"], is_heading=True),
            Cell(
                words.count(row["exit_count"]),
                bar=row["exit_count"] / most,
                team=row["reason_team"],
                sum="exit_count",
            ),
            *(
                Cell(
                    words.amount(row[column] or None),
                    sum=column,
                    form="amount",
                )
                for column in ("lost_mrr_amount",)
            ),
        )
        for row in rows
    )
    keys = tuple(filters.key(row["exit_type"], row["exit_reason"]) for row in rows)
    return Grid(("Reason", ".Number", ".Recurring revenue"), cells, name, keys)


def _reason(row: Mapping[str, object]) -> str:
    reason = str(row["exit_reason"])
    return NAMELESS.get(reason, words.plain(reason))


def _exit_title(records: list[Record]) -> str:
    rows = [row for row in records if row["exit_type"] == "churned"]
    named = [row for row in rows if row["exit_reason"] not in NAMELESS]
    if not named:
        return "Why customers leave and leads are sent back"
    number = words.count(total(rows, "exit_count"))
    return f"Most customers leave for: {_reason(named[0])} ({named[0]['exit_count']} of {number})"
