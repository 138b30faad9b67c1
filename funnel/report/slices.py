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
    ".Median days to win",
    ".Win rate",
    ".New business won",
    ".Last quarter: of its target",
    ".Open now",
    ".Customers now",
    ".MRR",
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
    countries = _countries(company)
    if countries:
        panels.append(Panel(("country",), countries))
        titles.append(("country", "Country"))
    queries = ("funnel_filtered", "estimates_filtered", "sales_slices", "mrr_filtered",
               "open_by_month_filtered", "win_rates_of_years", "review", "countries")  # fmt: skip
    tables = tuple(dict.fromkeys(table for name in queries for table in company[name].tables))
    return Block(
        id="slices",
        title="Markets, segments and countries side by side",
        rows=replace(company["funnel_filtered"], tables=tables),
        text="Last twelve months: leads and MQLs that met the definition, new customers,"
        " opportunities of new business. Median days to win: from lead to win, and in the twelve"
        " months before; the same of the win rate. Leads that buy in the end: estimated from all"
        " history, with waiting time counted; few wins make wide intervals: compare those. Last"
        " quarter: new business won against its target. Open now: new business. MRR: at the end of"
        " the last month.",
        switches=(Switch("By", tuple(titles)),) if len(titles) > 1 else (),
        panels=tuple(panels),
        span=3,
        empty="" if panels else "There is one market and one segment.",
    )


# More countries than this are one row.
MOST_COUNTRIES = 12
SUMS_OF_COUNTRIES = (
    "created_count", "won_count", "closed_count", "won_amount", "open_amount", "customer_count",
    "closing_amount",
)  # fmt: skip


def _countries(company: Company) -> Grid | None:
    """New business and customers by the country of the account; small countries are one row."""
    records = company["countries"].records
    least = int(company.variables.get("least_published_records", 1))
    known = [row for row in records if row["country"] != "unknown"]
    shown = [row for row in known if row["created_count"] + row["customer_count"] >= least]
    shown = shown[:MOST_COUNTRIES]
    if len(shown) < 2:
        return None
    rest = [row for row in known if row not in shown]
    unknown = [row for row in records if row["country"] == "unknown"]
    lots = [(row["country"], [row]) for row in shown]
    lots += [("Other countries", rest)] if rest else []
    lots += [("Not known", unknown)] if unknown else []
    rows = tuple(_country(name, lot) for name, lot in lots)
    headings = ("Country", ".Opportunities created", ".Won of closed", ".Win rate",
                ".New business won", ".Largest", ".Open now", ".Customers now", ".MRR")  # fmt: skip
    return Grid(headings, rows, "By country of the account")


def _country(name: str, records: list[Record]) -> tuple[Cell, ...]:
    sums = {column: total(records, column) for column in SUMS_OF_COUNTRIES}
    won, closed = sums["won_count"], sums["closed_count"]
    largest = max(float(row["largest_won_amount"]) for row in records)
    return (
        Cell(name, is_heading=True),
        Cell(words.count(sums["created_count"])),
        Cell(f"{words.count(won)} of {words.count(closed)}" if closed else words.NOTHING),
        Cell(words.percent(won / closed) if closed else words.NOTHING),
        Cell(words.amount(sums["won_amount"])),
        Cell(words.amount(largest) if largest else words.NOTHING),
        Cell(words.amount(sums["open_amount"])),
        Cell(words.count(sums["customer_count"])),
        Cell(words.amount(sums["closing_amount"])),
    )


def owners(company: Company) -> Block:
    """Each owner who has a target, in the last quarter that is over."""
    quarter = company.last("quarter")
    rows = company["owner_targets"].where(period_start=quarter)
    teams = company["team_targets"].where(period_start=quarter)
    title = "Owners against their targets"
    if rows:
        reached = {(row["system"], row["user_id"]) for row in rows if row["attainment_ratio"] >= 1}
        named = {(row["system"], row["user_id"]) for row in rows}
        title = (
            f"{words.count(len(reached))} of {words.count(len(named))} owners reached a target of"
            f" the {company.period('quarter', rows[0]['period_start'])}"
            f"{_quotas(company, rows)}"
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
        f" and expansions, too.{_untargeted(company)}{_of_teams(teams)} What people are called is"
        " not in the page: an owner is the user of the system, with the team that the system has.",
        grid=grid if rows else None,
        team=SELLING,
        span=3,
        empty="" if rows else "No owner has a target for the last quarter that is over.",
    )


def owner_sales(company: Company) -> Block:
    """Every owner who closed something in the last quarter that is over, or has something open."""
    records = company["owner_sales"].records
    most = max((float(row["new_amount"]) for row in records), default=0)
    rows = tuple(
        (
            Cell(
                "no owner"
                if row["user_id"] in (None, "none")
                else f"{words.system(row['system'])} {row['user_id']}",
                note="" if row["team"] in (None, "none", "unknown") else row["team"],
                is_heading=True,
            ),
            Cell(
                words.amount(row["new_amount"]),
                bar=max(float(row["new_amount"]), 0) / most if most else None,
                team=SELLING,
            ),
            Cell(words.amount(row["earlier_amount"])),
            Cell(
                f"{words.count(row['won_count'])} of {words.count(row['closed_count'])}"
                if row["closed_count"]
                else words.NOTHING
            ),
            Cell(words.amount(row["later_amount"])),
            Cell(
                f"{words.count(row['renewed_count'])} of {words.count(row['renewal_count'])}"
                if row["renewal_count"]
                else words.NOTHING
            ),
            Cell(words.amount(row["next_target"])),
            Cell(words.amount(row["due_amount"])),
            Cell(words.count(row["open_count"])),
            Cell(words.amount(row["open_amount"])),
            Cell(words.amount(row["overdue_amount"])),
        )
        for row in records
    )
    title = "What each owner won and has open"
    sold = [row for row in records if row["new_amount"] and row["user_id"] not in (None, "none")]
    if sold and sold[0]["whole_new_amount"]:
        share = words.percent(sold[0]["new_amount"] / sold[0]["whole_new_amount"])
        title = (
            f"One owner won {share} of the new business of the last quarter;"
            f" {words.count(records[0]['owner_count'])} owners closed something or have it open"
        )
    headings = (
        "Owner",
        ".New business won",
        ".In the quarter before",
        ".Won of closed",
        ".Renewals and expansion won",
        ".Renewals won of closed",
        ".Target of new business now",
        ".Open new business due now",
        ".Open",
        ".Open pipeline",
        ".Past its close date",
    )
    return Block(
        id="owner-sales",
        title=title,
        rows=company["owner_sales"],
        text="Won and closed: in the last quarter that is over. Now: in the"
        f" {_under_way(company)}, with a close date in it. Open: of all kinds. The thirty"
        " owners with most new business, then most pipeline. What people are called is not in the"
        " page: an owner is the user of the system, with the team that the system has.",
        grid=Grid(headings, rows, "Owners") if rows else None,
        team=SELLING,
        span=3,
        empty="" if rows else "No system records who owns opportunities.",
    )


def _under_way(company: Company) -> str:
    start = company.next("quarter")
    return company.period("quarter", start) if start else "quarter that is not over"


def _quotas(company: Company, rows: list[Record]) -> str:
    """How much of the target of new business has an owner."""
    quota = total([row for row in rows if row["metric"] == "bookings_new"], "target")
    whole = company.kpi("quarter", rows[0]["period_start"], "bookings_new")["target"]
    if not quota or not whole:
        return ""
    return f"; their targets are {words.amount(quota)} of {words.amount(whole)} of new business"


def _of_teams(teams: list[Record]) -> str:
    """The targets of whole teams of owners, in words: they are few."""
    parts = [
        f"{row['metric_name']} of {row['team']}"
        f" {words.metric(row['compared_actual'], row['unit'], row['metric'])} of"
        f" {words.metric(row['target'], row['unit'], row['metric'])}"
        f" ({words.attained(row['attainment_ratio'])})"
        for row in teams
    ]
    return f" Targets of teams: {'; '.join(parts)}." if parts else ""


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
                    f"{actual} of {target}: {words.attained(attained)}",
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
        _days_to_win(company, dimension, value),
        Cell(
            words.percent(won / (won + lost)) if won + lost else words.NOTHING,
            note=_win_rate_before(company, dimension, value),
        ),
        Cell(words.amount(of("sales_slices", "won_amount"))),
        _of_target(company, dimension, value),
        Cell(words.amount(of("open_by_month_filtered", "new_amount", key="all"))),
        Cell(words.count(now)),
        Cell(words.amount(mrr)),
    )


def _win_rate_before(company: Company, dimension: str, value: str) -> str:
    """The win rate of the twelve months before, of a market."""
    rows = company["win_rates_of_years"].where(funnel=value) if dimension == "funnel" else []
    if not rows or not rows[0]["earlier_closed_count"]:
        return ""
    return f"{words.percent(rows[0]['earlier_won_count'] / rows[0]['earlier_closed_count'])} before"


def _of_target(company: Company, dimension: str, value: str) -> Cell:
    """New business of the last quarter against its target, of a market that has one."""
    if dimension != "funnel":
        return Cell(words.NOTHING)
    row = company.kpi("quarter", company.last("quarter"), "bookings_new", value)
    if row["attainment_ratio"] is None:
        return Cell(words.NOTHING)
    came, target = words.amount(row["compared_actual"]), words.amount(row["target"])
    return Cell(words.attained(row["attainment_ratio"]), note=f"{came} of {target}")


OF_RETENTION = (
    ".Customers a year ago",
    ".Of them left",
    ".NRR",
    ".GRR",
    ".Lost a month",
    ".NRR without the largest change",
    ".GRR without the largest loss",
)


def retention_by(company: Company) -> Block:
    """Who stays: markets, segments and first channels, those that keep least first."""
    panels, titles, worst = [], [], None
    for dimension, name in (("funnel", "Market"), ("segment", "Segment"), ("channel", "Channel")):
        records: list[Record] = [
            {**row, dimension: row["value"]}
            for row in company["retention_slices"].where(dimension=dimension)
        ]
        if len(records) < 2:
            continue
        records = sorted(records, key=lambda row: row["retained_amount"] / row["opening_amount"])
        rows = tuple(_retention_row(company, row, dimension) for row in records)
        panels.append(Panel((dimension,), Grid((name, *OF_RETENTION), rows, f"By {name.lower()}")))
        titles.append((dimension, f"First {name.lower()}" if dimension == "channel" else name))
        worst = worst or _worst(company, records, dimension)
    return Block(
        id="retention-by",
        title=worst or "Retention by market, segment and first channel",
        rows=company["retention_slices"],
        text="Of the customers of twelve months ago, what they pay now (NRR), and without what they"
        " pay more (GRR); those who keep least first. One customer can be the whole difference:"
        " without the one whose payments changed most, up or down, one sees what the others did."
        " Lost a month: what those who left or reduced pay less than a year ago.",
        switches=(Switch("By", tuple(titles)),) if len(titles) > 1 else (),
        panels=tuple(panels),
        team=KEEPING,
        span=2,
        empty="" if panels else "There is one market and one segment, or no recurring revenue.",
    )


def _lost(row: Record) -> float:
    """What customers who left or reduced paid more a year ago."""
    return float(row["opening_amount"]) - float(row["retained_amount"])


def _worst(company: Company, records: list[Record], dimension: str) -> str | None:
    """Where most recurring revenue was lost, and how much of it with one customer."""
    most = max(records, key=_lost)
    whole = sum(_lost(row) for row in records)
    if dimension == "channel" or not _lost(most):
        return None
    name = company.funnels if dimension == "funnel" else {}
    loser = float(most["loser_opening_amount"]) - float(most["loser_closing_amount"])
    grr = words.percent(float(most["retained_amount"]) / float(most["opening_amount"]))
    title = (
        f"{name.get(most[dimension], words.plain(most[dimension]))} lost most:"
        f" {words.amount(_lost(most))} of {words.amount(whole)} a month (GRR {grr})"
    )
    if loser >= _lost(most) / 3:
        title += f", {words.amount(loser)} of it one customer"
    count = max(records, key=lambda row: int(row["lost_count"]))
    if count["lost_count"] > most["lost_count"]:
        title += (
            f"; {name.get(count[dimension], words.plain(count[dimension]))} most customers"
            f" ({words.count(count['lost_count'])} of {words.count(count['customer_count'])})"
        )
    return title


def _retention_row(company: Company, row: Record, dimension: str) -> tuple[Cell, ...]:
    names = {"funnel": company.funnels, "channel": company.channels}.get(dimension, {})
    value, opening = row["value"], float(row["opening_amount"])
    cells = (
        Cell(names.get(value, words.plain(value)), is_heading=True),
        Cell(words.count(row["customer_count"])),
        Cell(words.count(row["lost_count"])),
        Cell(words.percent(float(row["closing_amount"]) / opening)),
        Cell(words.percent(float(row["retained_amount"]) / opening)),
        Cell(words.amount(_lost(row))),
    )
    then, now = float(row["mover_opening_amount"]), float(row["mover_closing_amount"])
    before, after = float(row["loser_opening_amount"]), float(row["loser_closing_amount"])
    net = (float(row["closing_amount"]) - now) / (opening - then) if opening > then else None
    # Who lost most may have grown, where nobody lost: what is kept of them is no more than before.
    gross = (
        (float(row["retained_amount"]) - min(before, after)) / (opening - before)
        if opening > before
        else None
    )
    return (*cells, Cell(words.percent(net)), Cell(words.percent(gross)))


def _days_to_win(company: Company, dimension: str, value: str) -> Cell:
    """From lead to win, of the customers won in twelve months and before; segments have none."""
    rows = company["days_to_win_by_funnel"].where(funnel=value) if dimension == "funnel" else []
    if not rows:
        return Cell(words.NOTHING)
    before = rows[0]["year_before_days"]
    note = "" if before is None else f"{words.count(before)} before"
    return Cell(words.count(rows[0]["median_days"]), note=note)


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
            Cell(_of_renewal(row["renewal_reason"], known)),
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
        text="The latest months first (thirty at most), in each of them who paid most. MRR: what"
        " they paid a month. The reason is the one recorded when they left, beside it that of the"
        " renewal they lost: where both differ, ask.",
        grid=Grid(
            ("Account", "Market", "Left in", ".MRR", "Reason", "Of the lost renewal", "Record"),
            rows,
            "Customers who left",
            markets=tuple(row["funnel"] for row in records),
            first=len(rows),
        )
        if rows
        else None,
        follows="funnel",
        team=KEEPING,
        span=2,
        empty="" if rows else "Nobody left, or no system says so.",
    )


def _of_renewal(reason: str | None, known: set[str]) -> str:
    if reason is None:
        return words.NOTHING
    return _reason({"exit_reason": reason if reason in known else "withheld"})


MOVED = (("reduced", "Reduced"), ("expanded", "Expanded"))


def customers_moved(company: Company) -> Block:
    """The customers who pay less, and more, than twelve months ago, by what changed."""
    panels, options, parts = [], [], []
    for kind, name in MOVED:
        records = company["customers_moved"].where(kind=kind)
        if not records:
            continue
        first = records[0]
        cells = tuple(
            (
                Cell(row["account_name"] or words.NOTHING, is_heading=True),
                Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
                Cell(words.amount(row["amount"])),
                Cell(words.short_month(row["last_month"])),
                record_of(row),
            )
            for row in records
        )
        headings = ("Account", "Market", ".MRR", "Last in", "Record")
        panels.append(Panel((kind,), Grid(headings, cells, f"Customers who {kind}")))
        options.append((kind, f"{name} ({words.count(first['customer_count'])})"))
        crowd = ""
        if first["month_customer_count"] >= max(first["customer_count"] / 3, 5):
            crowd = (
                f", {words.count(first['month_customer_count'])} of them in"
                f" {words.month(first['crowded_month'])}"
            )
        parts.append(
            f"{words.count(first['customer_count'])} {kind}"
            f" ({words.amount(first['whole_amount'])} a month{crowd})"
        )
    return Block(
        id="customers-moved",
        title=f"In the last twelve months customers changed what they pay: {', '.join(parts)}"
        if parts
        else "No customer changed what they pay",
        rows=company["customers_moved"],
        text="MRR: what was added or taken away in the twelve months together; the fifteen largest"
        " of each, some of whom may have left since. Many in one month look like a change of"
        " prices. An increase that came with a renewal is here, too; as bookings it is part of the"
        " renewal.",
        switches=(Switch("Who", tuple(options)),) if options else (),
        panels=tuple(panels),
        team=KEEPING,
        empty="" if panels else "No system provides subscriptions, or nobody changed.",
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
        title=_exit_title(company, records),
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


def _exit_title(company: Company, records: list[Record]) -> str:
    rows = [row for row in records if row["exit_type"] == "churned"]
    named = [row for row in rows if row["exit_reason"] not in NAMELESS]
    if not named:
        return "Why customers leave and leads are sent back"
    number = words.count(total(rows, "exit_count"))
    title = (
        f"Most often named by customers who left: {_reason(named[0])}"
        f" ({named[0]['exit_count']} of {number})"
    )
    dearest = max(named, key=lambda row: float(row["lost_mrr_amount"] or 0))
    if dearest["lost_mrr_amount"] and dearest is not named[0]:
        title += (
            f"; most revenue: {_reason(dearest)} ({words.amount(dearest['lost_mrr_amount'])} a"
            f" month{_of_one(company, dearest)})"
        )
    return f"{title}{_other_reasons(company)}"


def _other_reasons(company: Company) -> str:
    """How often the lost renewal gives another reason than the customer who left."""
    records = [row for row in company["customers_lost"].records if row["renewal_reason"]]
    differing = sum(row["renewal_reason"] != row["exit_reason"] for row in records)
    if not differing:
        return ""
    return (
        f"; the lost renewal gives another reason for {words.count(differing)} of"
        f" {words.count(len(records))}"
    )


def _of_one(company: Company, reason: Record) -> str:
    """One customer can be most of a reason."""
    left = company["customers_lost"].where(exit_reason=reason["exit_reason"])
    largest = max((float(row["lost_mrr_amount"] or 0) for row in left), default=0)
    if largest < float(reason["lost_mrr_amount"]) / 2 or len(left) < 2:
        return ""
    return f", {words.amount(largest)} of it one customer"
