"""The scorecards of the teams, side by side."""

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import Company


def scorecard(company: Company) -> Block:
    order = {stage: place for place, stage in enumerate(company.stages)}
    records = sorted(company["scorecard"].records, key=lambda row: order.get(row["stage"], 99))
    most = max((float(row["cohort_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(
                company.stage(row["stage"]),
                team=row["owner_team"],
                is_heading=True,
                note=company.team(row["owner_team"]),
            ),
            Cell(words.count(row["qualified_count"]), sum="qualified_count"),
            Cell(words.count(row["advanced_count"]), sum="advanced_count"),
            Cell(words.count(row["open_count"]), sum="open_count"),
            Cell(words.count(row["customer_count"]), sum="customer_count"),
            Cell(
                words.amount(row["cohort_amount"]),
                bar=max(float(row["cohort_amount"] or 0), 0) / most if most else None,
                team=row["owner_team"],
                sum="cohort_amount",
                form="amount",
            ),
            Cell(words.amount(row["booked_amount"]), sum="booked_amount", form="amount"),
            Cell(words.amount(row["target_amount"]), sum="target_amount", form="amount"),
        )
        for row in records
    )
    headings = (
        "Stage",
        ".Entered",
        ".Went on",
        ".Still there",
        ".Customers",
        ".Revenue so far",
        ".Booked in it",
        ".Target",
    )
    when = company.period("quarter", records[0]["period_start"]) if records else ""
    return Block(
        id="scorecard",
        title="Every team by the same revenue"
        if not rows
        else f"Every team by the same revenue: {when}",
        rows=company["scorecard"],
        text="Who entered each stage in the quarter, and what they have led to so far, whenever the"
        " revenue came. The earlier the stage, the less of it has come yet: who entered"
        " in the last weeks still has to buy. Who entered several stages counts in each: do"
        " not add up the rows.",
        grid=Grid(
            headings, rows, "Scorecard of the stages", tuple(row["stage"] for row in records)
        ),
        cube=filters.cube(company, "scorecard_filtered"),
        span=3,
        empty="" if rows else "No quarter is over yet.",
    )
