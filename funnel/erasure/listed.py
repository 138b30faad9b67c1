"""The list of persons to erase: one per line, an e-mail address or a system and an id."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

from jinja2 import Environment

from funnel.erasure.secret import ErasureError
from funnel.places import ROOT

LETTERS = ("macros/identity/look_alikes.sql", "macros/sources/erased_apart.sql")
GMAIL = ("gmail.com", "googlemail.com")
# In a row as JSON or in a text; the same pattern as in the macro has_erased_address.
ADDRESS = re.compile(r"[^\s\"<>(),;:\\\[\]]+@[^\s\"<>(),;:\\\[\]]+")


@dataclass(frozen=True)
class Listed:
    """Whom to erase: normal addresses, and pairs of system and id."""

    addresses: frozenset[str]
    records: frozenset[tuple[str, str]]


def read_list(path: Path, systems: frozenset[str]) -> Listed:
    """Lines with nothing, or with a # at their start, are left out."""
    if not path.exists():
        raise ErasureError(f"There is no file {path}.")
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    addresses, records = set[str](), set[tuple[str, str]]()
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        system, comma, record_id = (part.strip() for part in line.partition(","))
        if not comma and ADDRESS.fullmatch(address_letters(line)):
            addresses.add(normal_address(line))
        elif comma and record_id and system in systems:
            records.add((system, record_id))
        elif comma and record_id:
            known = ", ".join(sorted(systems))
            raise ErasureError(
                f"{path}, line {number}: there is no system “{system}”; use {known}."
            )
        else:
            raise ErasureError(
                f"{path}, line {number}: “{line}” is neither an e-mail address nor a system and an"
                " id with a comma between them, such as salesforce,00Q5e000001abcdEAA."
            )
    if not addresses and not records:
        raise ErasureError(f"{path} lists nobody.")
    return Listed(frozenset(addresses), frozenset(records))


def normal_address(text: str) -> str:
    """Whose mailbox an address is: in plain lower-case letters, without a tag behind a plus, and at
    Gmail without dots. The same as the macro plain_mailbox."""
    # Quotes around it are not of it; the apostrophe of an O'Brien is.
    local, domain, *_ = [*address_letters(text).strip("'").split("@"), ""]
    domain = "".join(takewhile(_is_of_domain, domain)).rstrip(".")
    local = re.sub(r"(.)[+].*$", r"\1", local)
    return f"{local.replace('.', '')}@gmail.com" if domain in GMAIL else f"{local}@{domain}"


def _is_of_domain(sign: str) -> bool:
    return sign in "._-" or unicodedata.category(sign)[0] in "LMN"


def addresses_in(text: str | None) -> set[str]:
    return {normal_address(found) for found in ADDRESS.findall(address_letters(text or ""))}


def address_letters(text: str) -> str:
    """A text in which equal addresses are equal text; the same as the macro address_letters."""
    plain = text.replace('"', " ")
    for letters in _letters():
        plain = plain.translate(letters)
    return _lower(unicodedata.normalize("NFC", plain))


def _lower(text: str) -> str:
    """Letter by letter, as DuckDB does it: the dot of a Turkish capital I goes."""
    return "".join(sign.lower()[0] for sign in text)


@cache
def _letters() -> tuple[dict[int, str | None], ...]:
    """What the macros wide_letters and look_alikes say: plain letters, or none, for odd ones."""
    found: list[list[str]] = []
    macros = "".join((ROOT / path).read_text() for path in LETTERS)
    template = Environment(extensions=["jinja2.ext.do"]).from_string(
        macros + "{{ wide_letters() }}{{ look_alikes() }}"
    )
    template.render({"return": found.append})
    return tuple(dict(_pairs(odd, plain)) for odd, plain in found)


def _pairs(odd: str, plain: str) -> Iterator[tuple[int, str | None]]:
    for number, sign in enumerate(odd):
        yield ord(sign), plain[number] if number < len(plain) else None


def name_words(name: str) -> str:
    """The words of a name in one order; the same as the macro name_words."""
    signs = _lower(unicodedata.normalize("NFC", name))
    plain = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in signs)
    return " ".join(sorted(set(plain.split())))
