"""Numbers, dates and names as people read them."""

from datetime import date, datetime
from typing import Any

NOTHING = "–"  # noqa: RUF001
# The sign stays on the line of its number.
PERCENT = "\u00a0%"


def count(value: Any) -> str:
    """1,234; a dash where there is no value."""
    return NOTHING if value is None else f"{float(value):,.0f}"


def amount(value: Any) -> str:
    """An amount in a sentence: 1.53M, 417k, 980."""
    if value is None:
        return NOTHING
    number = float(value)
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size * 0.9995:
            digits = 0 if abs(number) >= 100 * size else 1 if abs(number) >= 10 * size else 2
            short = f"{number / size:,.{digits}f}"
            return (short.rstrip("0").rstrip(".") if "." in short else short) + letter
    return f"{number:,.0f}"


def percent(value: Any, digits: int = 0) -> str:
    """0.417 is 42 %."""
    return NOTHING if value is None else f"{float(value) * 100:,.{digits}f}{PERCENT}"


def decimal(value: Any) -> str:
    """4.6."""
    return NOTHING if value is None else f"{float(value):,.1f}"


def days(value: Any) -> str:
    return NOTHING if value is None else f"{float(value):,.1f} days"


def times(value: Any) -> str:
    """A ratio: 3.8x."""
    return NOTHING if value is None else f"{float(value):,.1f}x"


# Ratios that are no share of anything.
MULTIPLES = {"coverage", "coverage_due", "quick_ratio"}


def metric(value: Any, unit: str, name: str = "") -> str:
    """The value of a KPI in its unit."""
    if value is None:
        return NOTHING
    if unit == "ratio":
        return times(value) if name in MULTIPLES else percent(value, 1)
    if unit == "days":
        return days(value)
    return amount(value) if unit == "amount" else count(value)


def kind_of(unit: str, name: str) -> str:
    """The unit in which a KPI is compared: of a multiple, the change is a percentage, too."""
    return "count" if name in MULTIPLES else unit


def change(now: Any, before: Any, unit: str = "count") -> str:
    """+12 %: how far a value is from another one; of two shares, +3.1 points."""
    if now is None or not before:
        return NOTHING
    sign = "+" if now >= before else "−"  # noqa: RUF001
    if unit == "ratio":
        return f"{sign}{abs(float(now) - float(before)) * 100:,.1f} pts"
    return f"{sign}{abs(float(now) / float(before) - 1) * 100:,.0f}{PERCENT}"


def signed(value: Any, unit: str = "count") -> str:
    """+1.2k or −340."""  # noqa: RUF002
    if value is None:
        return NOTHING
    text = amount(abs(float(value))) if unit == "amount" else count(abs(float(value)))
    if text == "0":
        return text
    return f"{'+' if float(value) >= 0 else '−'}{text}"  # noqa: RUF001


def more_or_fewer(now: Any, before: Any, than: str, unit: str = "count") -> str:
    """`12 % more than in May`; empty where there is nothing to compare with."""
    if now is None or not before:
        return ""
    if unit == "ratio":
        points = (float(now) - float(before)) * 100
        return f"{abs(points):,.1f} points {'above' if points >= 0 else 'below'} {than}"
    share = float(now) / float(before) - 1
    if abs(share) < 0.005:
        return f"the same as {than}"
    return f"{abs(share) * 100:,.0f}{PERCENT} {'more' if share > 0 else 'less'} than {than}"


def day(value: Any) -> str:
    """1 July 2026."""
    if value is None:
        return NOTHING
    return f"{value.day} {value:%B %Y}"


def short_day(value: date) -> str:
    return f"{value.day} {value:%b}"


def period(kind: str, start: date | datetime) -> str:
    """June 2026, Q2 2026 (April to June), week of 22 June."""
    if kind == "week":
        return f"week of {value_day(start)}"
    if kind == "month":
        return f"{start:%B %Y}"
    last = date(start.year + (start.month > 10), (start.month + 1) % 12 + 1, 1)
    year = f" {start.year}" if last.year > start.year else ""
    return f"quarter {start:%B}{year} to {last:%B %Y}"


def months(first: date, last: date) -> str:
    """July 2026 to June 2027, or the month alone."""
    if (first.year, first.month) == (last.year, last.month):
        return period("month", last)
    return f"{period('month', first)} to {period('month', last)}"


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def value_day(start: date | datetime) -> str:
    return f"{start.day} {start:%B}"


def plain(code: Any) -> str:
    """paid_search is Paid search."""
    if code is None:
        return NOTHING
    text = str(code).replace("_", " ")
    return text[:1].upper() + text[1:]


SYSTEMS = {"hubspot": "HubSpot", "linkedin_ads": "LinkedIn Ads"}


def system(code: Any) -> str:
    if code is None:
        return NOTHING
    return SYSTEMS.get(code) or " ".join(part.capitalize() for part in str(code).split("_"))


STEP = "_to_"


def step(code: str, stages: dict[str, str]) -> str:
    """lead_to_mql is Lead to MQL."""
    first, _, then = code.partition(STEP)
    return f"{stages.get(first, plain(first))} to {stages.get(then, plain(then))}"
