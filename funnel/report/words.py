"""Numbers, dates and names as people read them.

The page is in English; its numbers, and the order of day and month, are those of the var
report_locale."""

import re
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, get_currency_symbol

NOTHING = "–"  # noqa: RUF001
MINUS = "−"  # noqa: RUF001
# The words of the page are English, whatever its numbers look like.
ENGLISH = Locale.parse("en_GB")
DEFAULT_LOCALE = "en_GB"

_LOCALE: ContextVar[Locale] = ContextVar("locale", default=ENGLISH)


class LocaleError(Exception):
    """The var report_locale names no locale."""


def use_locale(name: str) -> None:
    """From here on numbers and dates are those of the locale."""
    try:
        _LOCALE.set(Locale.parse(name.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise LocaleError(
            f"The var report_locale is {name}, which is no locale: write one such as en_US."
        ) from None


def separators() -> tuple[str, str]:
    """The decimal mark and the mark between thousands."""
    symbols = _LOCALE.get().number_symbols["latn"]
    return symbols["decimal"], symbols["group"]


def number(value: Any, digits: int = 0) -> str:
    """1,234.5 in English."""
    form = "#,##0" + ("." + "0" * digits if digits else "")
    text = str(format_decimal(abs(float(value)), form, locale=_LOCALE.get()))
    return f"{MINUS}{text}" if float(value) < 0 and re.search("[1-9]", text) else text


def count(value: Any) -> str:
    """1,234; a dash where there is no value."""
    return NOTHING if value is None else number(value)


def amount(value: Any) -> str:
    """An amount in a sentence: 1.53M, 417k, 980."""
    if value is None:
        return NOTHING
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        large = float(value) / size
        if abs(large) >= 0.9995:
            digits = 0 if abs(large) >= 100 else 1 if abs(large) >= 10 else 2
            short = number(large, digits)
            return (short.rstrip("0").rstrip(".,") if digits else short) + letter
    return number(value)


def matters(low: Any, high: Any) -> bool:
    """Whether the lower end of an interval is more than next to nothing."""
    return float(low) >= float(high) / 100


def between(low: Any, high: Any) -> str:
    """`between 301k and 1.94M`; of a lower end that is next to nothing, `below 1.94M`."""
    if not matters(low, high):
        return f"below {amount(high)}"
    return f"between {amount(low)} and {amount(high)}"


def money(value: Any, currency: str) -> str:
    """An amount that stands alone, with the sign of its currency: $417k."""
    if value is None:
        return NOTHING
    locale = _LOCALE.get()
    sign = get_currency_symbol(currency, locale=locale)
    # Where the locale puts the sign, and with which space.
    pattern = locale.currency_formats["standard"].pattern
    space = "\u00a0" if "\u00a0" in pattern else ""
    text = amount(value)
    return f"{sign}{space}{text}" if pattern.startswith("\u00a4") else f"{text}{space}{sign}"


def percent(value: Any, digits: int = 0) -> str:
    """0.417 is 42%, in German with a space."""
    if value is None:
        return NOTHING
    pattern = _LOCALE.get().percent_formats[None].pattern
    before, after = re.split(r"[#,.0]+", pattern)
    return f"{before}{number(float(value) * 100, digits)}{after}"


def attained(value: Any) -> str:
    """A share of a target: what is short of it is never rounded to 100%."""
    text = percent(value)
    if value is None or float(value) >= 1 or text != percent(1):
        return text
    near = percent(value, 1)
    return near if near != percent(1, 1) else f"just under {text}"


def decimal(value: Any) -> str:
    """4.6."""
    return NOTHING if value is None else number(value, 1)


def days(value: Any) -> str:
    return NOTHING if value is None else f"{number(value, 1)} days"


def times(value: Any) -> str:
    """A ratio: 3.8x."""
    return NOTHING if value is None else f"{number(value, 1)}x"


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
    if unit == "ratio":
        text = f"{number(abs(float(now) - float(before)) * 100, 1)} pts"
    else:
        text = percent(abs(float(now) / float(before) - 1))
    # What rounds to nothing has no direction.
    sign = ("+" if now >= before else MINUS) if re.search("[1-9]", text) else ""
    return f"{sign}{text}"


def signed(value: Any, unit: str = "count") -> str:
    """+1.2k or −340."""  # noqa: RUF002
    if value is None:
        return NOTHING
    text = amount(abs(float(value))) if unit == "amount" else count(abs(float(value)))
    if text == "0":
        return text
    return f"{'+' if float(value) >= 0 else MINUS}{text}"


def more_or_fewer(now: Any, before: Any, than: str, unit: str = "count") -> str:
    """`12 % more than in May`; empty where there is nothing to compare with."""
    if now is None or not before:
        return ""
    if unit == "ratio":
        points = (float(now) - float(before)) * 100
        return f"{number(abs(points), 1)} points {'above' if points >= 0 else 'below'} {than}"
    share = float(now) / float(before) - 1
    if abs(share) < 0.005:
        return f"the same as {than}"
    return f"{percent(abs(share))} {'more' if share > 0 else 'less'} than {than}"


def _date_locale() -> Locale:
    locale = _LOCALE.get()
    return locale if locale.language == "en" else ENGLISH


def _form(skeleton: str, value: date | datetime) -> str:
    return str(format_skeleton(skeleton, value, locale=_date_locale()))


def day(value: Any) -> str:
    """1 July 2026."""
    return NOTHING if value is None else str(format_date(value, "long", locale=_date_locale()))


def short_day(value: date) -> str:
    """1 Jul."""
    return _form("MMMd", value)


def value_day(value: date | datetime) -> str:
    """1 July."""
    return _form("MMMMd", value)


def month(value: date | datetime) -> str:
    """July 2026."""
    return _form("yMMMM", value)


def short_month(value: date | datetime) -> str:
    """Jul 2026."""
    return _form("yMMM", value)


def month_name(value: date | datetime) -> str:
    return str(format_date(value, "MMMM", locale=_date_locale()))


def short_month_name(value: date | datetime) -> str:
    return str(format_date(value, "MMM", locale=_date_locale()))


def period(kind: str, start: date | datetime) -> str:
    """June 2026, quarter April to June 2026, week of 22 June."""
    if kind == "week":
        return f"week of {value_day(start)}"
    if kind == "month":
        return month(start)
    last = date(start.year + (start.month > 10), (start.month + 1) % 12 + 1, 1)
    first = month(start) if last.year > start.year else month_name(start)
    return f"quarter {first} to {month(last)}"


def months(first: date, last: date) -> str:
    """July 2026 to June 2027, or the month alone."""
    if (first.year, first.month) == (last.year, last.month):
        return period("month", last)
    return f"{period('month', first)} to {period('month', last)}"


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def quarter_before(first: date) -> date:
    """The first day of the quarter before."""
    return date(first.year - (first.month < 4), (first.month + 8) % 12 + 1, 1)


def plain(code: Any) -> str:
    """paid_search is Paid search."""
    if code is None:
        return NOTHING
    text = str(code).replace("_", " ")
    return text[:1].upper() + text[1:]


def country(code: str) -> str:
    """DE is Germany; what is no code stays as it is."""
    return str(ENGLISH.territories.get(code, code))


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
