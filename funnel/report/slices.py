"""Markets, segments, countries and first channels side by side."""

from dataclasses import replace

from funnel.report import words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import KEEPING, Company, total
from funnel.report.read import Record

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
    lots = [(words.country(row["country"]), [row]) for row in shown]
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
        panels.append(
            Panel((dimension,), Grid((name, *OF_RETENTION), rows, f"Retention by {name.lower()}"))
        )
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
