"""What is wrong with the seed of targets, in sentences, before a build starts: a target that is of
no month, shares that do not add up, an amount below zero."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

FILE = "seeds/targets.csv"
SHARES = ("new_share", "expansion_share", "renewal_share")
TOLERANCE = Decimal("0.0001")
"""Shares of thirds, written with six digits, add up to 1 within it."""


def target_faults(project: Path) -> Iterator[tuple[str, str]]:
    """Each fault and its remedy. A cell that cannot be read is left to dbt, which shows it."""
    path = project / FILE
    if not path.exists():
        return
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = csv.DictReader(text)
        try:
            for row in rows:
                for sentence, remedy in _faults_of_row(row):
                    yield f"{FILE}, line {rows.line_num}: {sentence}", remedy
        except (csv.Error, UnicodeDecodeError):
            return


def _faults_of_row(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    month = _date(row.get("target_month"))
    if month and month.day != 1:
        yield (
            f"target_month is {month}, which is not the first day of a month.",
            f"Write {month.replace(day=1)} for the target of the whole month.",
        )
    amount = _number(row.get("target_amount"))
    if amount is not None and amount < 0:
        yield f"target_amount is {amount}.", "A target is 0 or more; delete the row of no target."
    yield from _faults_of_shares({name: _number(row.get(name)) for name in SHARES})


def _faults_of_shares(shares: dict[str, Decimal | None]) -> Iterator[tuple[str, str]]:
    known: list[Decimal] = [share for share in shares.values() if share is not None]
    total = sum(known, Decimal(0))
    for name, share in shares.items():
        if share is not None and not 0 <= share <= 1:
            yield f"{name} is {share}.", "A share lies between 0 and 1, such as 0.55."
    if len(known) == len(SHARES) and abs(total - 1) > TOLERANCE:
        yield (
            f"{' + '.join(f'{share.normalize():f}' for share in known)} = "
            f"{total.normalize():f}: the shares of new customers, expansion and"
            " renewals do not add up to 1.",
            f"Correct {', '.join(SHARES)}.",
        )


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
