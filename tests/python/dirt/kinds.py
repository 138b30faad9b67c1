"""The ways in which a cell can be spoiled, and what is right for each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from funnel.demo.schema import SYNCED
from tests.python.dirt.records import LOOKUPS, id_kind

# What can become of a mutation.
SAME, QUARANTINED, REPORTED, SET_ASIDE, TAKEN = (
    *("same", "quarantined", "reported", "set aside"),
    "taken as it is",
)
SEEN = frozenset({SAME, QUARANTINED, REPORTED})
"""Right for a value that cannot be true: it is reported, or nobody reads the column."""
ANY = SEEN | {SET_ASIDE, TAKEN}
"""Right for a value that may be true: only the record itself changes."""
Make = Callable[[str], Any]
"""The strategy of the new value, from the old one as text."""


@dataclass(frozen=True)
class Kind:
    """One way to spoil the cells of columns with one of these roles."""

    name: str
    roles: frozenset[str]
    make: Make
    right: frozenset[str]
    follows: bool = False
    """The columns that held the old value hold the new one."""
    is_none: bool = False
    """The columns that held the old value hold none, never a zero."""
    same_marts: bool = False
    """What people read is as before."""
    joins: bool = False
    """May bring records together that were apart."""
    copies: bool = False
    """The row lands once more, with the value in place of its own."""
    typed: bool = False
    """The value fits the column's own type."""


MONEY = re.compile(r"(^|_)(amount|spend|cost|revenue|total|subtotal|price)(_|$)")
LABELS = re.compile(r"(stage_id|stage_name|currency|currency_code|currency_iso_code|^status)$")
# A label of today beside a history that says when: the models read the history.
TEXTS = {"salesforce.lead.status", "salesforce.opportunity.stage_name"}
# Columns of text that hold amounts, in the rows for which the condition holds.
AMOUNTS_IN_TEXT = {
    "hubspot.deal_property_history.value": "name = 'amount'",
    "salesforce.opportunity_field_history.new_value": "lower(field) = 'amount'",
}
DELETED = ("_fivetran_deleted", "is_deleted")
OWN_IDS = re.compile(r"^id$")
# The column that says whose row it is in a table without a column `id`.
OTHER_OWN_IDS = {"hubspot.deal": "deal_id"}


def roles_of(table: str, column: str, kind: str) -> set[str]:
    """What a column of a source table holds; nothing where a mutation would say nothing."""
    if table in LOOKUPS:
        return set()
    # The time of a row of a history, which has no other key.
    is_event = "_history." in f"{table}." and column in ("timestamp", "updated", "date_entered")
    in_text = {"money"} if f"{table}.{column}" in AMOUNTS_IN_TEXT else set()
    return {_role(table, column, kind)} | ({"event"} if is_event else set()) | in_text


def _role(table: str, column: str, kind: str) -> str:
    if column in DELETED:
        return "deleted"
    if column == SYNCED:
        return "loaded"
    if column.startswith("_fivetran"):
        return "connector"
    if kind in ("at", "when", "end", "date"):
        return "time"
    if OTHER_OWN_IDS.get(table, "id") == column:
        return "key"
    if column.endswith(("email", "recipient")):
        return "address"
    if id_kind(table, column) or column.endswith("_id"):
        return "reference"
    if kind == "bool":
        return "flag"
    if kind in ("int", "float"):
        return "money" if MONEY.search(column) else "number"
    is_label = LABELS.search(column) and f"{table}.{column}" not in TEXTS
    return "label" if is_label else "text"


def _one_of(*values: object) -> Make:
    return lambda old: st.sampled_from(values)


def _moment(old: str) -> datetime:
    return datetime.fromisoformat(old).replace(tzinfo=None)


def _same_moment(old: str) -> Any:
    """The same moment in other spellings."""
    moment = _moment(old)
    east, west = moment + timedelta(hours=2), moment - timedelta(hours=5)
    text = moment.isoformat(sep=" ")
    seconds = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    spellings = [f"{text}Z", f" {text} ", moment.isoformat(), f"{moment.isoformat()}+00:00"]
    spellings += [f"{east.isoformat(sep=' ')}+02:00", f"{west.isoformat(sep=' ')} EST"]
    for sign, hours, minutes in (("+", 5, 30), ("-", 3, 30), ("+", 5, 45), ("+", 12, 0)):
        shift = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
        there = (moment + shift).isoformat()
        spellings += [
            f"{there}{sign}{hours:02}:{minutes:02}",
            f"{there}{sign}{hours:02}{minutes:02}",
        ]
    spellings += [text.replace("-", "/"), str(int(seconds * 1000))] if seconds % 1 == 0 else []
    return st.sampled_from(spellings)


def _same_number(old: str) -> Any:
    number = float(old)
    spellings = [f" {old} ", f"{number:.4f}", f"{number:.1f}", f"+{old}"]
    return st.sampled_from(spellings if number == int(number) else spellings[:2])


def _other_number(old: str) -> Any:
    return st.integers(1, 9).map(lambda more: str(round(float(old)) + 1000 * more))


def _other_case(old: str) -> Any:
    return st.sampled_from([old.upper(), old.lower(), old.title(), f"  {old}", f"{old}\u00a0 "])


def _another_time(old: str) -> Any:
    return st.integers(1, 5).map(
        lambda hours: (_moment(old) - timedelta(hours=hours)).isoformat(sep=" ")
    )


def _shorter_id(old: str) -> Any:
    """Without the last three of 18 characters, in a text, too."""
    return st.just(re.sub(r"\b(00[0-9A-Za-z]{13})[A-Z0-5]{3}\b", r"\1", old))


def _same_address(old: str) -> Any:
    if "." not in old or "," in old:
        return st.just(old)
    return st.sampled_from([f" {old.upper()} ", f"{old}.", f"mailto:{old}", f"Jo Doe <{old}>"])


def _same_flag(old: str) -> Any:
    true = str(old).lower() in ("true", "1")
    return st.sampled_from(["TRUE", " true ", "t", "1"] if true else ["FALSE", " false", "f", "0"])


def _roles(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words and signs that are no number, time or flag: Hypothesis would need luck to leave these out.
WORDS = st.text(st.sampled_from("äßçøñ漢字🙂éЖ؟ qxyz?!;|\\'\"%"), min_size=2, max_size=12).filter(
    lambda text: len(text.strip()) > 1
)
EARLY = ("0001-01-01 00:00:00", "1899-12-30 00:00:00", "1970-01-01 00:00:00")
LATE = ("9999-12-31 00:00:00", "2999-01-01 00:00:00", "2262-04-11 23:47:16")
HUGE = ("9" * 40, "1e400", "1e30", "-1e300")
HUGE_AMOUNTS = (*HUGE, "9223372036854775807", "-9223372036854775808")
NO_ADDRESSES = ("none@none.com", "n/a", "@", "a@b", "no email", "-", "test@test@test.com")
KINDS = (
    Kind("a time that is too early", _roles("time"), _one_of(*EARLY), SEEN, typed=True),
    Kind("a time that is too late", _roles("time"), _one_of(*LATE), SEEN, typed=True),
    Kind(
        "a number as a time",
        _roles("time"),
        _one_of("46183", "20260610", "-1", "0", "9223372036854775807", "-9223372036854775808"),
        SEEN,
    ),
    Kind(
        "a time that does not exist",
        _roles("time"),
        _one_of("06/10/26", "2026-02-30 10:00:00", "2026-06-01 25:61:00", "10.06.2026", "soon"),
        SEEN,
    ),
    Kind(
        "a time of an unknown zone",
        _roles("time"),
        lambda old: st.sampled_from(["XYZ", "Local", "ACME"]).map(lambda zone: f"{old} {zone}"),
        SEEN,
    ),
    Kind("words for a time", _roles("time"), lambda old: WORDS, SEEN),
    Kind("the same moment spelled otherwise", _roles("time"), _same_moment, frozenset({SAME})),
    Kind("a time some hours earlier", _roles("time"), _another_time, ANY, follows=True, typed=True),
    Kind("words for a number", _roles("money number"), lambda old: WORDS, SEEN, is_none=True),
    Kind(
        "a number with a comma",
        _roles("money number"),
        _one_of(
            "12.345.678,90", "1,200", "12,5", "1 200", "USD 1200", "NaN", "--5", "0x1F", "1_000"
        ),
        SEEN,
        is_none=True,
    ),
    Kind("a huge number", _roles("number"), _one_of(*HUGE), SEEN, is_none=True),
    Kind("a huge amount", _roles("money"), _one_of(*HUGE_AMOUNTS), SEEN, is_none=True),
    Kind("no number", _roles("money number"), _one_of(None), ANY, is_none=True, typed=True),
    Kind("a negative amount", _roles("money"), lambda old: st.just(f"-{old}"), SEEN, typed=True),
    Kind("a negative number", _roles("number"), _one_of("-5", "-1200"), ANY, typed=True),
    Kind(
        "the same number spelled otherwise",
        _roles("money number"),
        _same_number,
        frozenset({SAME}),
    ),
    Kind("another number", _roles("money number"), _other_number, ANY, follows=True, typed=True),
    Kind(
        "a flag that is neither yes nor no",
        _roles("flag deleted"),
        _one_of("X", "Deleted", "ja", "maybe", "2", "-", "unknown"),
        SEEN,
    ),
    Kind("the same flag spelled otherwise", _roles("flag deleted"), _same_flag, frozenset({SAME})),
    Kind(
        "a mark of deletion",
        _roles("deleted"),
        _one_of("true"),
        frozenset({SAME, SET_ASIDE}),
        typed=True,
    ),
    Kind("a label that nobody knows", _roles("label"), lambda old: WORDS, SEEN, typed=True),
    Kind("a label in another case", _roles("label"), _other_case, frozenset({SAME}), typed=True),
    Kind(
        "nothing",
        _roles("time label text flag address reference connector loaded"),
        _one_of(None),
        ANY,
        typed=True,
    ),
    Kind("blanks", _roles("label text address reference key"), _one_of("", "   ", "\t"), ANY),
    Kind("no key", _roles("key"), _one_of(None), frozenset({QUARANTINED, SAME}), typed=True),
    Kind(
        "blanks around an id",
        _roles("key reference"),
        lambda old: st.just(f" {old} "),
        frozenset({SAME}),
    ),
    Kind(
        "an id of a number with a fraction",
        _roles("key reference"),
        lambda old: st.just(f"{old}.0" if old.isdigit() else old),
        frozenset({SAME}),
    ),
    Kind(
        "an id of 15 characters",
        _roles("key reference text"),
        _shorter_id,
        frozenset({SAME}),
        typed=True,
    ),
    Kind(
        "a reference to nothing",
        _roles("reference"),
        lambda old: st.integers(10**9, 10**10).map(
            lambda number: str(number) if old.isdigit() else f"{old[:4]}x{number}"[: len(old)]
        ),
        ANY,
        joins=True,
        typed=True,
    ),
    Kind("an address that is none", _roles("address"), _one_of(*NO_ADDRESSES), ANY, typed=True),
    Kind(
        "an address spelled otherwise",
        _roles("address"),
        _same_address,
        frozenset({SAME, TAKEN}),
        same_marts=True,
        typed=True,
    ),
    Kind(
        "any text",
        _roles("text"),
        lambda old: st.text(min_size=1, max_size=40).filter(lambda text: "\x00" not in text),
        ANY,
        typed=True,
    ),
    Kind(
        "a value of another field",
        _roles("text label"),
        _one_of(
            "+49 30 123456", "jo@acme.example", "2026-01-01", "17", "=1+1", '{"a": [', "a" * 999
        ),
        ANY,
        typed=True,
    ),
    Kind(
        "a time years earlier",
        _roles("time"),
        lambda old: st.integers(400, 800).map(
            lambda days: (_moment(old) - timedelta(days=days)).isoformat(sep=" ")
        ),
        ANY,
        typed=True,
    ),
    # The values of a row stand for all of it: one column is enough to draw each row.
    Kind(
        "a row that landed twice",
        _roles("loaded"),
        lambda old: st.just(old),
        SEEN,
        copies=True,
        same_marts=True,
        typed=True,
    ),
    Kind(
        "a row that lands once more with a time after the cutoff",
        _roles("event"),
        _one_of("2999-01-01 00:00:00", "2026-12-24 10:00:00"),
        SEEN,
        copies=True,
        same_marts=True,
        typed=True,
    ),
    Kind(
        "a row that landed twice, the later copy deleted",
        _roles("deleted"),
        _one_of("true"),
        SEEN,
        copies=True,
        typed=True,
    ),
    Kind(
        "a time of loading that cannot be", _roles("loaded"), _one_of(*EARLY, "soon", "46183"), ANY
    ),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
