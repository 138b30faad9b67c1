"""What channels and campaigns bring, and what they cost."""

from collections.abc import Mapping, Sequence
from datetime import date

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import FINDING, Company, total
from funnel.report.read import Record


def channels(company: Company) -> Block:
    found = company["channel_economics"]
    records = found.where(slice_name="channel")
    most = max((row["lead_count"] or 0 for row in records), default=0)
    rows = tuple(
        _channel_row(company, row, most)
        for row in (*records, *_with_ads(company, records), *found.where(slice_name="all"))
    )
    last_month = next((row["last_month"] for row in found.records), None)
    headings = (
        "First channel",
        ".Leads",
        ".Customers",
        ".Leads that bought",
        ".Ad spend",
        ".Ad cost per customer",
        f".LTV in {company.variables.get('ltv_horizon_months', '')} months",
        ".LTV",
        ".LTV to ad cost",
        ".Payback of ads, months",
        ".Cost with a share of salaries",
        ".LTV to that",
        ".Payback of that, months",
    )
    return Block(
        id="channels",
        title=_channel_title(company, records),
        rows=company["channel_economics"],
        text=_channel_text(company, records, last_month),
        grid=Grid(headings, rows, "Channels"),
        caveats=company.caveats("spend", words.next_month(last_month) if last_month else date.max),
        team=FINDING,
        span=3,
        empty="" if records else "Nobody's first channel is known.",
    )


def _channel_row(company: Company, row: Record, most: float) -> tuple[Cell, ...]:
    is_channel = row["slice_name"] == "channel"
    # The ads of some channels say nothing about the customers whom no ad brought.
    paid = row if row["slice_name"] != "all" else {}
    return (
        Cell(_channel_name(company, row), is_heading=True),
        Cell(
            words.count(row["lead_count"]),
            _part(row["lead_count"], most) if is_channel else None,
            team=FINDING if is_channel else None,
        ),
        Cell(words.count(row["customer_count"])),
        Cell(
            words.percent(_part(row["bought_lead_count"], row["lead_count"]), 1),
            note=f"{words.count(row['bought_lead_count'])}" if row["lead_count"] else "",
        ),
        Cell(words.amount(row["spend_amount"]) if row["spend_amount"] else words.NOTHING),
        Cell(words.amount(paid.get("paid_cac_amount"))),
        _unless_too_few(row, words.amount(row.get("horizon_ltv_amount"))),
        _unless_too_few(row, words.amount(row["ltv_amount"])),
        _unless_too_few(row, words.times(paid.get("ltv_to_paid_cac_ratio"))),
        _unless_too_few(row, words.decimal(paid.get("paid_payback_months"))),
        _unless_too_few(row, words.amount(row.get("full_cac_amount"))),
        _unless_too_few(row, _of_cost(row, words.times(row.get("ltv_to_full_cac_ratio")))),
        _unless_too_few(row, _of_cost(row, words.decimal(row.get("full_payback_months")))),
    )


def _of_cost(row: Record, text: str) -> str:
    """Where nobody knows how people came, nobody knows either what brought them, nor its cost."""
    return words.NOTHING if row.get("channel") == "unknown" else text


def _unless_too_few(row: Record, text: str) -> Cell:
    """What a customer is worth cannot be seen from a handful."""
    if row["status"] == "too_few" and text != words.NOTHING:
        return Cell(words.NOTHING, note="too few")
    return Cell(text)


def _with_ads(company: Company, records: Sequence[Record]) -> list[Record]:
    """The channels with ad spend together: the customers whom ads brought, and what these cost."""
    paid = [row for row in records if row["spend_amount"]]
    customers = total(paid, "customer_count")
    if len(paid) < 2 or not customers:
        return []
    spend = total(paid, "spend_amount")
    bought = [row for row in paid if row["customer_count"]]
    is_known = all(row["ltv_amount"] and row["paid_payback_months"] for row in bought)
    worth, within = (
        sum(float(row[column] or 0) * row["customer_count"] for row in bought)
        for column in ("ltv_amount", "horizon_ltv_amount")
    )
    # Spend divided by payback is the monthly margin of the customers.
    margin = sum(
        float(row["spend_amount"]) / float(row["paid_payback_months"])
        for row in bought
        if row["paid_payback_months"]
    )
    is_too_few = customers < int(company.variables.get("minimum_group_size", 0))
    return [
        {
            "slice_name": "with_ads",
            "lead_count": total(paid, "lead_count"),
            "bought_lead_count": total(paid, "bought_lead_count"),
            "customer_count": customers,
            "spend_amount": spend,
            "paid_cac_amount": spend / customers,
            "ltv_amount": worth / customers if is_known else None,
            "horizon_ltv_amount": within / customers if is_known else None,
            "ltv_to_paid_cac_ratio": worth / spend if is_known else None,
            "paid_payback_months": spend / margin if is_known else None,
            "status": "too_few" if is_too_few else "ok",
        }
    ]


def _channel_title(company: Company, records: Sequence[Record]) -> str:
    known = [row for row in records if row["paid_cac_amount"] is not None]
    paid = [row for row in known if row["status"] != "too_few"]
    if not paid:
        return "Channels down to what a customer is worth"
    dear = max(paid, key=lambda row: float(row["paid_cac_amount"]))
    cheap = min(paid, key=lambda row: float(row["paid_cac_amount"]))
    title = (
        f"Over all history a customer from {company.channel(dear['channel'])} has cost"
        f" {words.amount(dear['paid_cac_amount'])} of ads ({_customers(dear)})"
    )
    if len(paid) > 1:
        title += (
            f", from {company.channel(cheap['channel'])} {words.amount(cheap['paid_cac_amount'])}"
            f" ({_customers(cheap)})"
        )
    return title


def _customers(row: Record) -> str:
    number = row["customer_count"]
    return f"{words.count(number)} customer{'' if number == 1 else 's'}"


def _channel_name(company: Company, row: Record) -> str:
    if row["slice_name"] == "channel":
        return company.channel(row["channel"])
    return "All channels" if row["slice_name"] == "all" else "Channels with ads"


def _channel_text(company: Company, records: Sequence[Record], last_month: date | None) -> str:
    margin = company.variables.get("gross_margin_percent")
    months = company.variables.get("ltv_horizon_months")
    started = "Everyone"
    if last_month:
        when = words.period("month", last_month)
        started = f"Everyone who started up to {when} (who is younger may still buy)"
    text = f"{started}, and the customers they became. Leads that bought: of who had met the"
    text += " definition of a lead. LTV: gross margin"
    text += f" ({margin}% of what they pay)" if margin is not None else ""
    text += f" until a customer leaves, and of the first {months} months alone;"
    shared = [row for row in records if row["ltv_amount"] and not row["has_own_churn_rate"]]
    if shared and len(shared) == sum(row["ltv_amount"] is not None for row in records):
        text += " with the churn of the whole company, since few customers have left."
    elif shared:
        text += " where few have left, with the churn of the whole company."
    else:
        text += " with the churn of its own."
    return (
        f"{text}{_full_cost_text(company)} A dash: no ads were paid, or nobody knows what"
        " brought them; too few: the customers are too few to show what one is worth. Ads did"
        " not bring the customers of the other channels, so the row of all channels has no ad cost."
        " Costs are recorded by channel, not by market."
    )


def _full_cost_text(company: Company) -> str:
    """How costs other than ads are shared out, and what all customers cost with them."""
    for row in company["channel_economics"].where(slice_name="all"):
        if row["full_cac_status"] == "not_recorded":
            return " Salaries, tools and events are not recorded (seed acquisition_costs)."
        if row["full_cac_amount"] and row["full_payback_months"]:
            return (
                " Salaries of marketing and sales, tools and events are shared out equally per"
                " person, whatever the channel: one that has costs of its own other than ads looks"
                f" too cheap. With them each of all {words.count(row['customer_count'])} customers"
                f" costs {words.amount(row['full_cac_amount'])}, paid back in"
                f" {words.decimal(row['full_payback_months'])} months."
            )
    return ""


def campaigns(company: Company) -> Block:
    records = company["campaigns"].records
    most = max((float(row["new_won_amount"] or 0) for row in records), default=0)
    rows = tuple(
        (
            Cell(row["campaign"], is_heading=True, note=company.channel(row["channel"])),
            Cell(words.amount(row["spend_amount"]) if row["spend_amount"] else words.NOTHING),
            Cell(words.count(row["lead_count"])),
            Cell(words.count(row["mql_count"])),
            Cell(_each(row["spend_amount"], row["mql_count"])),
            Cell(words.count(row["sql_count"])),
            Cell(words.count(row["customer_count"])),
            Cell(words.count(row["influenced_opportunity_count"])),
            Cell(words.amount(row["new_created_amount"])),
            Cell(words.amount(row["new_open_amount"])),
            Cell(
                words.amount(row["new_won_amount"]),
                bar=max(float(row["new_won_amount"] or 0), 0) / most if most else None,
                team=FINDING,
            ),
            Cell(words.amount(row["largest_won_amount"])),
            Cell(words.amount(max(row["sourced_won_amount"] - row["new_won_amount"], 0))),
        )
        for row in records
    )
    totals = next(iter(company["campaign_totals"].records), {})
    won = words.amount(totals.get("won_amount"))
    nameless = "."
    if totals.get("won_amount"):
        unknown = words.amount(totals["unknown_won_amount"] or 0)
        channelless = words.amount(totals["channelless_won_amount"] or 0)
        nameless = (
            f"; {unknown} of {won} of new business won has no campaign, {channelless} of it no"
            " known channel either."
        )
    title = "Campaigns"
    if records and records[0]["new_won_amount"]:
        first = records[0]
        title = (
            f"Of the named campaigns, {first['campaign']} led to most new business by how people"
            " first came:"
            f" {words.amount(first['new_won_amount'])}{_one_win(first)}"
        )
    headings = (
        "Campaign",
        ".Spend",
        ".Leads",
        ".MQLs",
        ".Spend per MQL",
        ".SQLs",
        ".Customers",
        ".Influenced",
        ".Pipeline created",
        ".Open now",
        ".New business won",
        ".Largest",
        ".Renewals and expansion",
    )
    return Block(
        id="campaigns",
        title=title,
        rows=company["campaigns"],
        text=f"The last twelve months by how people first came{nameless}"
        " Each figure stands in the month in which it happened. Pipeline created: new business, won"
        " and lost ones included. Influenced: opportunities that it touched, also where another"
        " came first."
        " Open now: new business."
        f"{_only_touched(company)} At most fifteen campaigns, those with most new business"
        " won first, then pipeline, then spend. Spend is what ad platforms report.",
        grid=Grid(headings, rows, "Campaigns"),
        caveats=company.caveats("spend"),
        team=FINDING,
        span=3,
        empty="" if rows else "No campaign is named in the last twelve months.",
    )


def _only_touched(company: Company) -> str:
    """The campaigns that are not in the table, since nobody came by them first."""
    records = company["campaign_touches"].records
    if not records:
        return ""
    named = ", ".join(
        f"{row['campaign']} {words.count(row['influenced_opportunity_count'])}"
        for row in records[:MOST_TOUCHES]
    )
    few = len(records) <= MOST_TOUCHES
    return (
        f" {words.count(len(records))} more campaigns brought no lead in these twelve months and"
        " touched people who had come another way"
        f" ({'' if few else 'most '}opportunities: {named})."
    )


# Of the campaigns that only touched, as many are named.
MOST_TOUCHES = 5


def _one_win(campaign: Record) -> str:
    """One win can be most of what a campaign led to."""
    largest, whole = float(campaign["largest_won_amount"]), float(campaign["new_won_amount"])
    return f", {words.amount(largest)} of it one win" if whole / 3 <= largest < whole else ""


MODELS = (("first", "First touch"), ("linear", "Linear"), ("last", "Last touch"))


KINDS = (("new", "New business"), ("later", "Renewals and expansion"))


def attribution(company: Company) -> Block:
    """The same revenue by three models: each column has all of it, so columns do not add up."""
    panels, options = [], []
    for kind, name in KINDS:
        records = company["attribution"].where(kind=kind)
        if records:
            panels.append(Panel((kind,), _credits(company, records, name)))
            options.append((kind, name))
    new = company["attribution"].where(kind="new")
    return Block(
        id="attribution",
        title=_credit_title(company, new),
        rows=company["attribution"],
        text="Won in the last twelve months, by the touches before each win. Each column shares out"
        f" the same revenue: do not add up the columns.{_credit_moved(company, new)} Unknown:"
        " no record shows the channel of the touch. The campaigns above, and the first table"
        " of this part, count by where the person first came from.",
        switches=(Switch("Of", tuple(options)),) if options else (),
        panels=tuple(panels),
        cube=filters.cube(company, "attribution_filtered"),
        team=FINDING,
        span=2,
        empty="" if panels else "No revenue was won.",
    )


def _credits(company: Company, records: Sequence[Record], name: str) -> Grid:
    most = max(float(row[f"{code}_amount"]) for row in records for code, _ in MODELS)
    rows = tuple(
        (
            Cell(company.channel(row["channel"]), is_heading=True),
            *(
                Cell(
                    words.amount(row[f"{code}_amount"]),
                    bar=max(float(row[f"{code}_amount"]), 0) / most if most else None,
                    team=FINDING,
                    sum=f"{code}_amount",
                    form="amount",
                )
                for code, _ in MODELS
            ),
        )
        for row in records
    )
    return Grid(
        ("Channel", *(f".{name}" for _, name in MODELS)),
        rows,
        f"{name} by attribution model",
        tuple(filters.key(row["kind"], row["channel"]) for row in records),
    )


def _credit_title(company: Company, records: Sequence[Record]) -> str:
    """Who has most by the first and by the last touch; also where that is nobody known."""
    if not records:
        return "Revenue by channel, by three models"
    first, last = (
        max(records, key=lambda row: float(row[f"{code}_amount"])) for code in ("first", "last")
    )
    return (
        "Most new business by first touch:"
        f" {company.channel(first['channel'])} ({words.amount(first['first_amount'])}); by last"
        f" touch: {company.channel(last['channel'])} ({words.amount(last['last_amount'])})"
    )


def _credit_moved(company: Company, records: Sequence[Record]) -> str:
    """The channel whose credit hangs most on the model: one model alone would mislead a budget."""
    named = [row for row in records if row["channel"] != "unknown"]
    if not named:
        return ""
    moved = max(named, key=lambda row: abs(row["last_amount"] - row["first_amount"]))
    if moved["last_amount"] == moved["first_amount"]:
        return ""
    return (
        f" The models differ most for {company.channel(moved['channel'])}:"
        f" {words.amount(moved['first_amount'])} by first touch,"
        f" {words.amount(moved['last_amount'])} by last."
    )


COSTS = (
    ("lead_count", "lead"),
    ("mql_count", "MQL"),
    ("sql_count", "SQL"),
    ("opportunity_count", "opportunity"),
    ("customer_count", "customer"),
)


def costs(company: Company) -> Block:
    """What ads cost for each step of the way, whether or not an ad brought it."""
    records = company["costs"].records
    months = [row for row in records if row["month_start"] is not None]
    channels = [row for row in records if row["month_start"] is None and row["spend_amount"]]
    paid = [row for row in months if row["spend_amount"] and row["mql_count"]]
    caveats = company.caveats("spend")
    title = "Ad spend for each lead, MQL, SQL and customer"
    if paid and paid[-1] is months[-1]:
        last, year = paid[-1], total(paid, "spend_amount") / total(paid, "mql_count")
        cost = float(last["spend_amount"]) / float(last["mql_count"])
        # Where spend is missing, the true cost lies above.
        least = "at least " if caveats else ""
        title = (
            f"Ad spend per MQL in twelve months: {_by_channel(company, channels)}over all channels,"
            f" those without ads included, {least}{words.amount(cost)} in"
            f" {words.month(last['month_start'])},"
            f" {words.amount(year)} in the year"
        )
    # Where spend is missing, or customers are few, a change of the cost says nothing.
    title = ("" if caveats else _dearer(company, channels)) or title
    few = int(company.variables.get("minimum_group_size", 0))
    panels = (
        Panel(
            ("channel",),
            _cost_grid(
                "Channel",
                [(company.channel(row["channel"]), row) for row in channels],
                few,
                {company.channel(row["channel"]): row for row in company["costs_before"].records},
            ),
        ),
        Panel(("month",), _cost_grid("Month", [(_month(row), row) for row in months], 0)),
        Panel(("quarter",), _acquisition(company)),
    )
    shown = total(channels, "spend_amount") > 0
    return Block(
        id="costs",
        title=title,
        rows=company["costs"],
        text=f"Of the last twelve months; the next card counts everyone{_until(company)}."
        " By channel: its spend divided by whom it brought, and the same a year before. By month:"
        " all ad spend divided by all who met the definition, also by those whom no ad brought."
        " Opportunities: of new business, created in the time. What a"
        " channel has open is in the first table of this part.",
        switches=(
            Switch(
                "By",
                (
                    ("channel", "Paid channel"),
                    ("month", "Month"),
                    ("quarter", "Quarter, with salaries"),
                ),
            ),
        ),
        panels=panels if shown else (),
        caveats=caveats,
        team=FINDING,
        span=2,
        empty="" if shown else "No system provides ad spend.",
    )


def _by_channel(company: Company, channels: Sequence[Record]) -> str:
    """What an MQL of each paid channel cost in the year."""
    parts = [
        f"{company.channel(row['channel'])} {_each(row['spend_amount'], row['mql_count'])}"
        for row in channels
        if row["mql_count"]
    ]
    return f"{', '.join(parts)}; " if parts else ""


# A channel whose customers cost so many times more, or less, than a year before is the title.
MANY_TIMES = 1.5


def _dearer(company: Company, channels: Sequence[Record]) -> str:
    """The channel whose cost per customer has changed most, where it has changed much."""
    before = {row["channel"]: row for row in company["costs_before"].records}
    found = []
    for row in channels:
        earlier = before.get(row["channel"], {})
        least = max(int(company.variables.get("minimum_group_size", 0)), 1)
        if row["customer_count"] + (earlier.get("customer_count") or 0) < 2 * least:
            continue
        if not (row["customer_count"] and earlier.get("customer_count")):
            continue
        if not earlier["spend_amount"]:
            continue
        now = float(row["spend_amount"]) / row["customer_count"]
        then = float(earlier["spend_amount"]) / earlier["customer_count"]
        found.append((max(now / then, then / now), now, then, row, earlier))
    if not found or max(found, key=lambda item: item[0])[0] < MANY_TIMES:
        return ""
    _, now, then, row, earlier = max(found, key=lambda item: item[0])
    return (
        f"{company.channel(row['channel'])}: {words.amount(now)} of ads per customer in the last"
        f" twelve months ({_customers(row)}), {words.amount(then)} in the twelve before"
        f" ({words.count(earlier['customer_count'])})"
    )


def _until(company: Company) -> str:
    """The last month whose journeys the card of the channels counts."""
    last_month = next((row["last_month"] for row in company["channel_economics"].records), None)
    return f" who started up to {words.month(last_month)}" if last_month else ""


def _acquisition(company: Company) -> Grid:
    """What each new customer cost in a quarter: with ads, and with salaries, tools and events."""
    rows = tuple(
        (
            Cell(company.quarter(row["period_start"]), is_heading=True),
            Cell(words.amount(row["spend_amount"])),
            Cell(words.amount(row["other_amount"])),
            Cell(words.count(row["win_count"])),
            Cell(_each(row["spend_amount"], row["win_count"])),
            Cell(
                words.NOTHING
                if row["other_amount"] is None
                else _each(row["spend_amount"] + row["other_amount"], row["win_count"])
            ),
        )
        for row in company["acquisition_by_quarter"].records
    )
    headings = (
        "Quarter",
        ".Ad spend",
        ".Salaries, tools, events",
        ".New customers",
        ".Ads per new customer",
        ".All costs per new customer (CAC)",
    )
    return Grid(headings, rows, "Cost of new customers by quarter")


def _month(row: Record) -> str:
    return words.short_month(row["month_start"])


def _cost_grid(
    name: str,
    rows: Sequence[tuple[str, Record]],
    least: int,
    before: Mapping[str, Record] | None = None,
) -> Grid:
    headings = (name, ".Ad spend", *(f".Per {thing}" for _, thing in COSTS))
    if before is not None:
        headings += (".Customers", ".Per customer, the year before")
    cells = tuple(
        (
            Cell(label, is_heading=True),
            Cell(words.amount(row["spend_amount"])),
            *(
                Cell(_each(row["spend_amount"], row[column]), note=_few(row[column], column, least))
                for column, _ in COSTS
            ),
            *(_of_the_year_before(row, before.get(label, {})) if before is not None else ()),
        )
        for label, row in rows
    )
    return Grid(headings, cells, f"Ad spend by {name.lower()}")


def _few(number: float | None, column: str, least: int) -> str:
    """What a customer costs is chance where they are few."""
    return "few" if column == "customer_count" and number and number < least else ""


def _of_the_year_before(row: Record, earlier: Record) -> tuple[Cell, ...]:
    return (
        Cell(words.count(row["customer_count"])),
        Cell(
            _each(earlier.get("spend_amount"), earlier.get("customer_count")),
            note=f"of {words.count(earlier['customer_count'])}" if earlier else "",
        ),
    )


def _part(value: float | None, whole: float | None) -> float | None:
    return (value or 0) / whole if whole else None


def _each(spend: object, number: object) -> str:
    if not spend or not number:
        return words.NOTHING
    return words.amount(float(str(spend)) / float(str(number)))
