"""The list of persons to erase: one per line, an e-mail address or a system and an id."""

import re
from dataclasses import dataclass
from pathlib import Path

from funnel.erasure.secret import ErasureError

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
        if not comma and ADDRESS.fullmatch(line):
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
    """Whose mailbox an address is: in lower case, without a tag behind a plus, and at Gmail without
    dots. The same as the macro plain_mailbox."""
    # Quotes around it are not of it; the apostrophe of an O'Brien is.
    local, _, domain = text.lower().strip("'").rstrip(".").partition("@")
    local = re.sub(r"(.)[+].*$", r"\1", local)
    return f"{local.replace('.', '') if domain in GMAIL else local}@{domain}"


def addresses_in(text: str | None) -> set[str]:
    return {normal_address(found) for found in ADDRESS.findall(text or "")}
