"""Where new business comes from: pipeline created, won and open, by the channel that came first,
and how much of it marketing had qualified."""

from collections.abc import Sequence
from datetime import date

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Cube, Grid
from funnel.report.company import FINDING, Company, total
from funnel.report.read import Record, Rows

ALL = "all"


def new_business(company: Company) -> Block:
    """One row for each channel, and one of all, for the last quarter that is over."""
    found = by_channel(company)
    of_all = found.where(channel=ALL)
    channels = [row for row in found.records if row["channel"] != ALL]
    most = max((float(row["created_amount"] or 0) for row in channels), default=0)
    rows = tuple(_row(company, row, most) for row in (*channels, *of_all))
    return Block(
        id="new-business",
        title=_title(company, of_all),
        rows=found,
        text="By the first channel of who became the opportunity; no renewals, no expansion."
        " Created: with the amount at creation, whatever became of them. Won: closed in the"
        " quarter, whenever they were created. Unknown: nobody recorded how they first came."
        " Largest: of one opportunity, which can make a channel. Every opportunity counts here;"
        " the opportunities of the review are persons who reached one for the first time.",
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


def by_channel(company: Company) -> Rows:
    """The sums of each channel, and of all, in the last quarter that is over."""
    rows = company["new_business_filtered"]
    columns = tuple(name for name in rows.columns if name not in (*filters.DIMENSIONS, "key"))
    records = rows.where(period="quarter")
    keys = dict.fromkeys(row["key"] for row in records)

    def value(key: str, column: str) -> float:
        values = [row[column] or 0 for row in records if row["key"] == key]
        return max(values) if column.startswith(filters.LARGEST) else sum(values)

    sums = {key: tuple(value(key, column) for column in columns) for key in keys}
    created = columns.index("created_amount") if columns else 0
    order = sorted(sums, key=lambda key: (key == ALL, -sums[key][created], key))
    values = tuple((key, *sums[key]) for key in order if any(sums[key]))
    return Rows("new_business", rows.tables, ("channel", *columns), values)


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
    before = company["marketed_new_business"].where(key=str(words.quarter_before(quarter)))
    grew = words.more_or_fewer(
        now["created_amount"], total(before, "created_amount"), "in the quarter before"
    )
    title += f", {grew} ({words.count(total(before, 'created_count'))})" if grew else ""
    return title


def marketing_share(company: Company) -> Block:
    """Of the new business of each quarter, what marketing had qualified before sales began."""
    records = company["marketed_new_business"].records
    quarters = sorted({row["key"] for row in records}, reverse=True)
    stage = marketed_stage(company)
    rows = tuple(
        _share_row(company, [row for row in records if row["key"] == quarter], quarter)
        for quarter in quarters
    )
    return Block(
        id="marketing-share",
        title=_share_title(company, stage),
        rows=company["marketed_new_business"],
        text=f"New business of persons who had qualified as {stage} before the opportunity was"
        " created, whichever channel they came by. The rest went to sales without. It is not the"
        " share of marketing's channels: that is in the first table of this part. One large"
        " amount moves the shares of amounts. Win rate: won of won and lost, by number, closed in"
        " the quarter.",
        grid=Grid(
            (
                "Quarter",
                ".Pipeline created",
                f".Of it {stage} before",
                ".Opportunities",
                f".Of them {stage} before",
                ".New business won",
                f".Of it {stage} before",
                ".Wins",
                f".Of them {stage} before",
                f".Win rate, {stage} before",
                ".Win rate, others",
            ),
            rows,
            "New business that had qualified before",
            tuple(quarters),
        ),
        cube=filters.cube(company, "marketed_new_business"),
        team=FINDING,
        span=3,
        empty=""
        if rows
        else "No opportunity of new business was created in a quarter that is over.",
    )


def share_of(records: Sequence[Record], part: str, whole: str) -> float | None:
    """A share of the sums; null where there is nothing to be a share of."""
    among = total(records, whole)
    return total(records, part) / among if among else None


def _share_title(company: Company, stage: str) -> str:
    """By amount and by number: one large amount moves the one, but not the other."""
    last = company.last("quarter")
    of_last = company["marketed_new_business"].where(key=str(last))
    before = (
        company["marketed_new_business"].where(key=str(words.quarter_before(last))) if last else []
    )
    parts = []
    for part, whole, name in (
        ("marketed_amount", "created_amount", "of new pipeline"),
        ("marketed_count", "created_count", "of new opportunities"),
        ("marketed_won_amount", "won_amount", "of new business won"),
        ("marketed_won_count", "won_count", "of wins"),
    ):
        share, earlier = share_of(of_last, part, whole), share_of(before, part, whole)
        if share is not None:
            text = f"{words.percent(share)} {name}"
            parts.append(f"{text} ({words.percent(earlier)})" if earlier is not None else text)
    if last is None or not parts:
        return f"New business of persons who had qualified as {stage}"
    first, *others = parts
    return "; ".join(
        (
            f"{first} had qualified as {stage} before sales began,"
            f" {company.period('quarter', last)} (in brackets: the quarter before)",
            *others,
        )
    )


def _share_row(company: Company, records: Sequence[Record], quarter: str) -> tuple[Cell, ...]:
    cells = [Cell(company.quarter(date.fromisoformat(quarter)), is_heading=True)]
    for whole, part, form in (
        ("created_amount", "marketed_amount", "amount"),
        ("created_count", "marketed_count", "count"),
        ("won_amount", "marketed_won_amount", "amount"),
        ("won_count", "marketed_won_count", "count"),
    ):
        value, share = total(records, whole), share_of(records, part, whole)
        text = words.amount(value) if form == "amount" else words.count(value)
        cells.append(Cell(text, sum=whole, form=form))
        cells.append(
            Cell(
                words.NOTHING if share is None else words.percent(share),
                sum=f"{part}/{whole}",
                form="percent",
            )
        )
    for name in ("marketed", "other"):
        won, closed = f"{name}_won_count", f"{name}_closed_count"
        rate = share_of(records, won, closed)
        shown = words.NOTHING if rate is None else words.percent(rate)
        cells.append(Cell(shown, sum=f"{won}/{closed}", form="percent"))
    return tuple(cells)


def marketed_stage(company: Company) -> str:
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
        Cell(
            words.amount(row["largest_created_amount"]),
            sum="largest_created_amount",
            form="amount",
        ),
        Cell(
            f"{words.count(row['won_count'])} of {words.count(row['closed_count'])}"
            if row["closed_count"]
            else words.NOTHING,
            sum="won_count/closed_count",
            form="of",
        ),
        Cell(words.amount(row["won_amount"]), sum="won_amount", form="amount"),
        Cell(words.amount(row["largest_won_amount"]), sum="largest_won_amount", form="amount"),
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


def leads_by_channel(company: Company) -> Block:
    """Who met each definition, by first channel, in the last quarter and in the one before."""
    records = company["leads_by_channel"].where(period="quarter")
    stages = [stage for stage in company.stages if any(row["stage"] == stage for row in records)]
    sums: dict[str, dict[str, float]] = {}
    for row in records:
        for key in (row["key"], ALL):
            found = sums.setdefault(key, {})
            for column in ("qualified_count", "earlier_count"):
                name = f"{row['stage']}_{column}"
                found[name] = found.get(name, 0) + float(row[column])
    first = f"{stages[0]}_qualified_count" if stages else ""
    keys = sorted(sums, key=lambda key: (key == ALL, -sums[key].get(first, 0), key))
    headings, rows = ["First channel"], []
    for stage in stages:
        headings += [f".{company.stage(stage)}s", ".Before"]
    for key in keys:
        cells = [Cell("All channels" if key == ALL else company.channel(key), is_heading=True)]
        for stage in stages:
            for column in ("qualified_count", "earlier_count"):
                name = f"{stage}_{column}"
                cells.append(Cell(words.count(sums[key].get(name, 0)), sum=name))
        rows.append(tuple(cells))
    return Block(
        id="leads-by-channel",
        title=_leads_title(company, stages, sums),
        rows=company["leads_by_channel"],
        text="Who met the definition in the last quarter that is over, and in the one before, by"
        " the channel that the person first came by; who skipped it is not counted. With a period"
        " chosen, before is the period before it.",
        grid=Grid(tuple(headings), tuple(rows), "Leads by first channel", tuple(keys)),
        cube=_leads_cube(company),
        caveats=company.caveats("leads"),
        team=FINDING,
        span=3,
        empty="" if rows else "Nobody has met a definition yet.",
    )


def _leads_title(company: Company, stages: Sequence[str], sums: dict[str, dict[str, float]]) -> str:
    """The stage of marketing's own whose channel moved most."""
    marketed = marketed_stage(company)
    stage = next((code for code in stages if company.stage(code) == marketed), None)
    changes = {
        key: found.get(f"{stage}_qualified_count", 0) - found.get(f"{stage}_earlier_count", 0)
        for key, found in sums.items()
        if key != ALL
    }
    if stage is None or not any(changes.values()):
        return "Leads by first channel"
    every = sums[ALL]
    text = (
        f"{words.count(every[f'{stage}_qualified_count'])} {marketed}s in the last quarter,"
        f" {words.count(every[f'{stage}_earlier_count'])} before"
    )
    moved = sorted(changes, key=lambda key: -abs(changes[key]))[:2]
    parts = [
        f"{company.channel(key)} {words.signed(changes[key])}" for key in moved if changes[key]
    ]
    return f"{text}: most moved {' and '.join(parts)}"


def _leads_cube(company: Company) -> Cube:
    """The cube with a column for each stage, and a row for all channels."""
    rows = company["leads_by_channel"]
    stages = list(dict.fromkeys(row["stage"] for row in rows.records))
    columns = [
        f"{stage}_{column}" for stage in stages for column in ("qualified_count", "earlier_count")
    ]
    values = [
        (
            row["funnel"],
            row["period"],
            key,
            *(
                row[column] if row["stage"] == stage else 0
                for stage in stages
                for column in ("qualified_count", "earlier_count")
            ),
        )
        for row in rows.records
        for key in (row["key"], ALL)
    ]
    wide = Rows(rows.name, rows.tables, ("funnel", "period", "key", *columns), tuple(values))
    return filters.cube_of(company, wide, usual_period="quarter")
