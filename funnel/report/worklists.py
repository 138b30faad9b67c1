"""What to work on: the first rows of each worklist, with owner and a link to the record."""

from datetime import date
from decimal import Decimal

from funnel.report import words
from funnel.report.blocks import Block, Cell, Grid, Panel, Switch
from funnel.report.company import Company, total
from funnel.report.read import Record

SHOWN = 10
# Each contract is called about, so all of them are shown, up to what the file has.
RENEWALS_SHOWN = 100
# Each list, and what to do with it.
LISTS = {
    "trapped_opportunities": (
        "Stuck opportunities",
        "Agree on a next step and a close date, or close them.",
    ),
    "renewals_ahead": (
        "Renewals ahead",
        "Open a renewal opportunity where there is none, and call the customer.",
    ),
    "late_onboardings": ("Late onboarding", "Finish it, or say why it waits."),
    "late_handoffs": ("Late handoffs", "Take them over, or reject them with a reason."),
    "open_leads": ("Open leads", "Work the ones with most expected revenue first."),
    "rejected_leads": ("Rejected leads", "See whether the reason is right."),
    "lost_opportunities": ("Lost opportunities", "Ask for the reason, and plan a second attempt."),
}
RENEWALS = "renewals_ahead"
STUCK = "trapped_opportunities"
# A renewal for less than this share of what is paid now is a reduction.
LESS = Decimal("0.98")
# Others are no link: a system could have anything in the field.
WEB = ("https://", "http://")
HEADINGS = (
    ".Rank",
    "Account",
    "Stage",
    "Owner",
    "Why",
    ".Waits, days",
    "Due",
    ".Amount",
    ".Expected",
    "Record",
)
OF_RENEWALS = {".Waits, days": ".Days since last contract"}
# There the day is the one on which the stage's time limit ran out, or does.
OF_OTHERS = {"Due": "Limit ended"}


def block(company: Company) -> Block:
    counts = {row["shown_list"]: row for row in company["worklist_counts"].records}
    lists = [name for name in LISTS if name in counts]
    lists += [name for name in counts if name not in LISTS]
    panels = tuple(_panel(company, name, counts[name]) for name in lists)
    options = tuple((name, f"{_name(name)} ({counts[name]['item_count']})") for name in lists)
    title = "Nothing is on a worklist"
    if counts:
        everything = total(counts.values(), "item_count")
        worth = total(counts.values(), "expected_amount")
        title = (
            f"{words.count(everything)} records to work on today; {words.amount(worth)} expected"
        )
        if RENEWALS in counts:
            renewed = counts[RENEWALS]["expected_amount"] or 0
            title += f", {words.amount(renewed)} of it renewals"
    return Block(
        id="worklists",
        title=title,
        rows=company["worklists"],
        text=f"The first {SHOWN} of each list by expected revenue, and all renewals, of all markets"
        " or of one."
        " The file has all renewals and the first of each market, marts.worklists has all. Leads,"
        " opportunities and renewals that have waited for too long are left out.",
        switches=(Switch("List", options),) if options else (),
        panels=panels,
        follows="funnel",
        span=3,
        empty="" if panels else "Nobody waits, and no contract ends soon.",
    )


def _name(code: str) -> str:
    return LISTS[code][0] if code in LISTS else words.plain(code)


def _panel(company: Company, name: str, counts: Record) -> Panel:
    rows = company["worklists"].where(list_name=name)
    if name == RENEWALS:
        # Those at risk by what they pay, the others by the day on which the contract ends.
        rows.sort(
            key=lambda row: (
                not _is_at_risk(row),
                -(row["amount"] or 0) if _is_at_risk(row) else 0,
                row["due_date"] or date.max,
            )
        )
    grid = Grid(
        tuple(
            (OF_RENEWALS if name == RENEWALS else OF_OTHERS).get(heading, heading)
            for heading in HEADINGS
        ),
        tuple(_row(company, row, place) for place, row in enumerate(rows, 1)),
        _name(name),
        markets=tuple(row["funnel"] for row in rows),
        first=SHOWN if name != RENEWALS else RENEWALS_SHOWN,
    )
    todo = LISTS[name][1] if name in LISTS else ""
    most = SHOWN if name != RENEWALS else RENEWALS_SHOWN
    shown = f"{min(len(rows), most)} of {words.count(counts['item_count'])}."
    if name == RENEWALS:
        risky = [row for row in rows if _is_at_risk(row)]
        if risky:
            # Of a long list the page has the first rows only.
            is_whole = len(rows) >= counts["item_count"]
            shown += (
                f" {'The' if is_whole else f'Of the {len(rows)} in this file, the'} first"
                f" {words.count(len(risky))}"
                f" ({words.amount(total(risky, 'amount'))}) need a call now: not yet onboarded, or"
                " with an opportunity that closes after the contract or offers less than is paid,"
                " or past the contract's end; the largest come first. The others follow by due"
                " date."
            )
        shown += (
            " Only contracts that end soon: tickets, satisfaction, use of the product and overdue"
            " invoices are not known here."
        )
        shown += " Expected: less than the market's share of renewals once the end is near."
    if name == "late_onboardings":
        shown += " In marts.worklists they are among late_handoffs."
    if name == STUCK and counts["aged_count"]:
        shown += (
            f" {words.count(counts['aged_count'])} more ({words.amount(counts['aged_amount'])})"
            f" wait longer than {company.days('worklist_aged_out_days')}: they still count as open"
            " pipeline."
        )
    return Panel((name,), grid, f"{shown} {todo}".strip())


def _row(company: Company, row: Record, place: int) -> tuple[Cell, ...]:
    return (
        Cell(words.count(place)),
        Cell(row["account_name"] or words.NOTHING, is_heading=True, team=row["owner_team"]),
        Cell(company.stage(row["stage"])),
        Cell(_owner(row), note=_team(company, row)),
        Cell(_why(row)),
        Cell(words.count(row["waited_days"])),
        Cell(_due(company, row["due_date"])),
        Cell(words.amount(row["amount"]), note=_average(row)),
        Cell(words.amount(row["expected_amount"])),
        record_of(row),
    )


def record_of(row: Record) -> Cell:
    """The record in its system, with a link where its address is known."""
    url = str(row["record_url"] or "")
    name = (
        f"{words.system(row['system'])} {row['record_id']}" if row["record_id"] else words.NOTHING
    )
    return Cell(name, link=url if url.startswith(WEB) else "")


# An opportunity of a first sale that its account has made by another one: hardly any is won.
LEFT_OVER = "Left-over first sale"


def kind_of(row: Record) -> str:
    """New, renewal or expansion; or what is left over from a first sale."""
    return LEFT_OVER if row["is_left_over"] else words.plain(row["revenue_type"])


def _owner(row: Record) -> str:
    owner = row["owner_user_id"]
    return "no owner" if owner in (None, "none") else str(owner)


def _team(company: Company, row: Record) -> str:
    """The owner's own team, else the one that the list is for."""
    return str(row["owner_own_team"] or company.team(row["owner_team"]))


def _average(row: Record) -> str:
    """Where there is no opportunity yet, the amount is that of an average win."""
    is_guess = (
        row["finding"] != "renewal_due"
        # Those have bought: it is their own amount.
        and row["list_name"] != "late_onboardings"
        and not row["has_opportunity"]
        and row["amount"]
    )
    return "average win" if is_guess else ""


def _is_at_risk(row: Record) -> bool:
    """A renewal whose opportunity closes after the contract ends, or offers less than is paid."""
    offered, closes = row["opportunity_amount"], row["expected_close_date"]
    if row["finding"] != "renewal_due" or row["is_never_onboarded"]:
        return True
    is_less = offered is not None and row["amount"] and offered < LESS * row["amount"]
    return bool(is_less or (closes and row["due_date"] and closes > row["due_date"]))


def _why(row: Record) -> str:
    text = words.plain(row["exit_reason"] or row["finding"])
    if row["list_name"] == STUCK and row["revenue_type"]:
        return f"{text}, {kind_of(row).lower()}"
    if row["list_name"] != RENEWALS:
        return text
    text += ", not yet onboarded" if row["is_never_onboarded"] else ""
    if not row["has_opportunity"]:
        return f"{text}, no opportunity"
    offered, closes = row["opportunity_amount"], row["expected_close_date"]
    text += f", opportunity of {words.amount(offered)}"
    if offered is not None and row["amount"] and offered < LESS * row["amount"]:
        text += " (below what is paid now)"
    if closes:
        text += f", expected {words.short_day(closes)}"
        text += " (after the contract ends)" if closes > row["due_date"] else ""
    return text


def _due(company: Company, due: date | None) -> str:
    """The day, with its year where that is not the year of the report."""
    if due is None:
        return words.NOTHING
    is_this_year = company.as_of is not None and due.year == company.as_of.year
    return words.short_day(due) if is_this_year else words.day(due)
