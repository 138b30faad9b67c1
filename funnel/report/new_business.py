"""Where new business comes from: pipeline created, won and open, by the channel that came first."""

from collections.abc import Sequence

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import FINDING, Company
from funnel.report.read import Record

ALL = "all"


def new_business(company: Company) -> Block:
    """One row for each channel, and one of all, for the last quarter that is over."""
    records = company["new_business_by_channel"].where(period="quarter")
    of_all = [row for row in records if row["channel"] == ALL]
    channels = [row for row in records if row["channel"] != ALL]
    most = max((float(row["created_amount"] or 0) for row in channels), default=0)
    rows = tuple(_row(company, row, most) for row in (*channels, *of_all))
    return Block(
        id="new-business",
        title=_title(company, of_all),
        rows=company["new_business_by_channel"],
        text="New business alone, by the first channel of who became the opportunity; no renewals,"
        " no expansion. Created: opportunities that were created in the quarter, with the amount"
        " that they have today, won and lost ones included. Won: closed in the quarter, whenever"
        " they were created. Win rate: won of those won or lost. Open now: whatever the period."
        " Unknown: nobody recorded how they first came. Largest: of one opportunity, which can make"
        " a channel. Each opportunity counts here; the opportunities of the review are those who"
        " reached one for the first time.",
        grid=Grid(
            (
                "First channel",
                ".Created",
                ".Pipeline created",
                ".Largest",
                ".Won of closed",
                ".New business won",
                ".Largest",
                ".Win rate",
                ".Open now",
                ".Open pipeline",
            ),
            rows,
            "New business by first channel",
            tuple(row["channel"] for row in (*channels, *of_all)),
        ),
        cube=filters.cube(company, "new_business_filtered", usual_period="quarter"),
        team=FINDING,
        span=3,
        empty="" if rows else "No opportunity of new business is recorded.",
    )


def _title(company: Company, of_all: Sequence[Record]) -> str:
    quarter = company.last("quarter")
    if not of_all or not quarter:
        return "Where new business comes from"
    now = of_all[0]
    title = (
        f"{words.amount(now['created_amount'])} of new pipeline"
        f" ({words.count(now['created_count'])} opportunities) was created in the"
        f" {company.period('quarter', quarter)}"
    )
    before = company["new_business_by_channel"].where(period="quarter_before", channel=ALL)
    if before:
        grew = words.more_or_fewer(
            now["created_amount"], before[0]["created_amount"], "in the quarter before"
        )
        title += f", {grew} ({words.count(before[0]['created_count'])})" if grew else ""
    if now["created_amount"] and now["marketed_amount"]:
        share = float(now["marketed_amount"]) / float(now["created_amount"])
        stage = _marketed_stage(company)
        title += f"; {words.percent(share)} of it"
        if now["won_amount"]:
            won = float(now["marketed_won_amount"]) / float(now["won_amount"])
            title += f", and {words.percent(won)} of new business won,"
        title += f" is of persons who had qualified as {stage} before"
    return title


def _marketed_stage(company: Company) -> str:
    """The last stage with a definition that belongs to the team that finds leads."""
    team = company.roles.get(FINDING, FINDING)
    stages = [
        row["stage"]
        for row in company["stages"].records
        if row["entered_by"] == "definition" and row["owner_team"] == team
    ]
    return company.stage(stages[-1] if stages else company.stage_of("lead"))


def _row(company: Company, row: Record, most: float) -> tuple[Cell, ...]:
    is_all = row["channel"] == ALL
    return (
        Cell("All channels" if is_all else company.channel(row["channel"]), is_heading=True),
        Cell(words.count(row["created_count"]), sum="created_count"),
        Cell(
            words.amount(row["created_amount"]),
            bar=None if is_all or not most else max(float(row["created_amount"]), 0) / most,
            team=None if is_all else FINDING,
            sum="created_amount",
            form="amount",
        ),
        Cell(words.amount(row["largest_created_amount"]), text_number=-1),
        Cell(
            f"{words.count(row['won_count'])} of {words.count(row['closed_count'])}",
            text_number=-1,
        ),
        Cell(words.amount(row["won_amount"]), sum="won_amount", form="amount"),
        Cell(words.amount(row["largest_won_amount"]), text_number=-1),
        Cell(
            words.percent(row["won_count"] / row["closed_count"])
            if row["closed_count"]
            else words.NOTHING,
            sum="won_count/closed_count",
            form="percent",
        ),
        Cell(words.count(row["open_count"]), sum="open_count"),
        Cell(words.amount(row["open_amount"]), sum="open_amount", form="amount"),
    )
