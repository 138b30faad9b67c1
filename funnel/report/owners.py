"""What each owner sold, against the targets that were agreed for them."""

from collections.abc import Sequence

from funnel.report import words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import KEEPING, SELLING, Company, total
from funnel.report.read import Record


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
            f"{words.count(len(reached))} of {words.count(len(named))} owners with a target of"
            f" their own reached one in the {company.period('quarter', rows[0]['period_start'])}"
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
            _user(row),
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
        f" {_under_way(company)}, with a close date in it. Open: of all kinds. First those with"
        " most new business, then most pipeline, thirty at most. What people are called is not in"
        " the page: an owner is the user of the system, with the team that the system has.",
        grid=Grid(headings, rows, "Owners") if rows else None,
        team=SELLING,
        span=3,
        empty="" if rows else "No system records who owns opportunities.",
    )


def _user(row: Record) -> Cell:
    """The user of the system, with the team that the system has."""
    return Cell(
        "no owner"
        if row["user_id"] in (None, "none")
        else f"{words.system(row['system'])} {row['user_id']}",
        note="" if row["team"] in (None, "none", "unknown") else row["team"],
        is_heading=True,
    )


def customer_owners(company: Company) -> Block:
    """Whose customers pay how much, whose contracts end soon, and whose left."""
    records = company["customer_owners"].records
    most = max((float(row["mrr_amount"]) for row in records), default=0)
    least = int(company.variables.get("minimum_group_size", 0))
    rows = tuple(
        (
            _user(row),
            Cell(words.count(row["customer_count"])),
            Cell(
                words.amount(row["mrr_amount"]),
                bar=float(row["mrr_amount"]) / most if most else None,
                team=KEEPING,
            ),
            Cell(words.amount(row["year_before_amount"])),
            Cell(
                words.percent(float(row["kept_amount"]) / float(row["year_before_amount"]))
                if row["year_before_amount"]
                else words.NOTHING,
                note="few" if 0 < row["year_before_count"] < least else "",
            ),
            Cell(words.count(row["due_count"])),
            Cell(words.amount(row["due_amount"])),
            Cell(words.count(row["unprepared_count"])),
            Cell(words.count(row["left_count"])),
            Cell(words.amount(row["left_amount"])),
        )
        for row in records
    )
    title = "Customers by owner"
    if records and records[0]["whole_mrr_amount"]:
        share = words.percent(records[0]["mrr_amount"] / records[0]["whole_mrr_amount"])
        title = (
            f"{words.count(records[0]['owner_count'])} owners have customers; one has {share} of"
            " the recurring revenue"
        )
        worst = max(records, key=lambda row: float(row["left_amount"]))
        if worst["left_amount"]:
            title += (
                f"; {words.amount(worst['left_amount'])} of the"
                f" {words.amount(worst['whole_left_amount'])} that left in twelve months is of one"
                f" owner's {words.count(worst['left_count'])}"
            )
    return Block(
        id="customer-owners",
        title=title,
        rows=company["customer_owners"],
        text="Owner: of the account's latest win. Kept (GRR): of what the customers of a year ago"
        f" paid then, without expansion; few: fewer than {least} of them. Renewals due: contracts"
        f" that end within {company.days('worklist_renewal_days')} and are not renewed yet, at what"
        " the customer pays for one. Left: in the last twelve months, with what they paid a month."
        f"{_first_thirty(records)}",
        grid=Grid(
            (
                "Owner",
                ".Customers",
                ".MRR",
                ".A year ago",
                ".Kept (GRR)",
                ".Renewals due",
                ".Their contracts",
                ".Without opportunity",
                ".Left",
                ".MRR that left",
            ),
            rows,
            "Customers by owner",
        )
        if rows
        else None,
        team=KEEPING,
        span=3,
        empty="" if rows else "No system records both subscriptions and who owns accounts.",
    )


def _first_thirty(records: Sequence[Record]) -> str:
    is_cut = records and records[0]["owner_count"] > len(records)
    return f" The {len(records)} owners with most recurring revenue." if is_cut else ""


def _under_way(company: Company) -> str:
    start = company.next("quarter")
    return company.period("quarter", start) if start else "quarter that is not over"


def _quotas(company: Company, rows: list[Record]) -> str:
    """How much of the target of new business has an owner."""
    quota = total([row for row in rows if row["metric"] == "bookings_new"], "target")
    whole = company.kpi("quarter", rows[0]["period_start"], "bookings_new")["target"]
    if not quota or not whole:
        return ""
    return (
        f"; together they carry {words.amount(quota)} of the target of {words.amount(whole)} of new"
        " business"
    )


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
