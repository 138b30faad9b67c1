"""How long customers stay, by age and by the half year in which they began."""

from collections.abc import Sequence
from datetime import date

from funnel.report import charts, filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.cohorts import errors_below
from funnel.report.company import KEEPING, Company
from funnel.report.read import Record

# Of all customers, those who must be old enough for an age to be drawn.
LEAST_SHARE = 0.1
# Two shares that differ by fewer standard errors may differ by chance.
CLEAR = 2


def retention(company: Company) -> Block:
    aged = [row for row in company["retention"].records if row["starting_amount"]]
    # Of a handful, one customer would move the line.
    least = max((row["customer_count"] for row in aged), default=0) * LEAST_SHARE
    records = [row for row in aged if row["customer_count"] >= least]
    curves = []
    for name, column, whole, colour in (
        ("Revenue", "closing_amount", "starting_amount", charts.TEAMS[2]),
        ("Without expansion", "retained_amount", "starting_amount", charts.INK),
        ("Customers", "retained_count", "customer_count", charts.MUTED),
    ):
        shares = [
            (float(row["age_month_count"]), float(row[column]) / float(row[whole]))
            for row in records
            if row[whole]
        ]
        curves.append((name, colour, shares))
    title = "Retention by age"
    year = next((row for row in records if row["age_month_count"] == 12), None)
    if year:
        stay = words.percent(float(year["retained_count"]) / float(year["customer_count"]))
        worth = words.percent(float(year["closing_amount"]) / float(year["starting_amount"]))
        title = (
            f"Of all customers so far, {stay} stay twelve months, with {worth} of their first"
            " revenue (by age; NRR is on the first screen)"
        )
    details = Grid(
        (
            ".Months",
            ".Customers old enough",
            ".Customers who stay",
            ".Revenue kept",
            ".Without expansion",
        ),
        tuple(
            (
                Cell(words.count(row["age_month_count"])),
                Cell(words.count(row["customer_count"]), sum="customer_count"),
                Cell(words.count(row["retained_count"]), sum="retained_count"),
                Cell(
                    words.percent(float(row["closing_amount"]) / float(row["starting_amount"])),
                    sum="closing_amount/starting_amount",
                    form="percent",
                ),
                Cell(
                    words.percent(float(row["retained_amount"]) / float(row["starting_amount"])),
                    sum="retained_amount/starting_amount",
                    form="percent",
                ),
            )
            for row in records
        ),
        "Retention by age in months",
        tuple(str(row["age_month_count"]) for row in records),
    )
    return Block(
        id="retention",
        title=title,
        rows=company["retention"],
        text="Of the customers that are old enough for each age, so each age has other customers: a"
        " line rises where the older ones stayed better. Ages that fewer than a tenth have reached"
        " are left out.",
        picture=charts.curves(curves, "months since the first revenue", "%") if records else "",
        alt=title,
        details=details if records else None,
        cube=filters.cube(company, "retention_filtered"),
        team=KEEPING,
        empty="" if records else "No system provides subscriptions, or nobody has one.",
    )


AGES = (6, 12, 18, 24)


def retention_by_cohort(company: Company) -> Block:
    """Whether newer customers stay better than older ones: by the half year in which they began."""
    records = company["retention_cohorts"].records
    halves = list(dict.fromkeys(row["half_start"] for row in records))
    ages = [age for age in AGES if any(row["age_month_count"] == age for row in records)]
    found = {(row["half_start"], row["age_month_count"]): row for row in records}
    sizes = {row["half_start"]: row["size_count"] for row in records}
    least = int(company.variables.get("minimum_group_size", 0))

    def share(half: date, age: int, part: str, whole: str) -> Cell:
        row = found.get((half, age))
        if not row or not row[whole]:
            return Cell(words.NOTHING)
        value = float(row[part]) / float(row[whole])
        return Cell(words.percent(value), shade=min(value, 1))

    measures = (
        ("Customers who stay", "retained_count", "customer_count"),
        ("Revenue kept", "closing_amount", "starting_amount"),
        ("Without expansion", "retained_amount", "starting_amount"),
    )
    panels = tuple(
        Panel(
            (part,),
            Grid(
                ("Began", ".Customers", *(f".{age} months" for age in ages)),
                tuple(
                    (
                        Cell(
                            _half(half),
                            is_heading=True,
                            note="few" if sizes[half] < least else "",
                        ),
                        Cell(words.count(sizes[half])),
                        *(share(half, age, part, whole) for age in ages),
                    )
                    for half in halves
                ),
                f"{name} by the half year in which they began",
            ),
        )
        for name, part, whole in measures
    )
    return Block(
        id="retention-cohorts",
        title=_cohort_title(found, halves, least),
        rows=company["retention_cohorts"],
        text="Of those who began in a half year, so many months after. A dash: not all of them are"
        " that old yet.",
        switches=(Switch("Of", tuple((part, name) for name, part, _ in measures)),),
        panels=panels if ages else (),
        team=KEEPING,
        empty="" if ages else "No half year's customers are six months old yet.",
    )


def _half(start: date) -> str:
    return f"{'First' if start.month == 1 else 'Second'} half of {start.year}"


def _cohort_title(found: dict[tuple[date, int], Record], halves: Sequence[date], least: int) -> str:
    """The newest two half years that are a year old, beside each other."""
    old = [
        found[half, 12]
        for half in halves
        if (half, 12) in found and found[half, 12]["customer_count"] >= least
    ]
    if not old:
        return "Retention by the half year in which customers began"
    parts = [
        f"{words.percent(row['retained_count'] / row['customer_count'])} of the"
        f" {words.count(row['customer_count'])} who began in the"
        f" {_half(row['half_start']).lower()}"
        for row in old[:2]
    ]
    first, *others = parts
    title = "; ".join((f"Twelve months after they began, {first} still pay", *others))
    if len(old) > 1:
        numbers = [
            float(row[name]) for row in old[:2] for name in ("retained_count", "customer_count")
        ]
        is_chance = abs(errors_below(*numbers)) < CLEAR
        title += ": a difference that chance alone makes" if is_chance else ""
    return title
