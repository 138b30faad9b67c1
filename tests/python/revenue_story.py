"""What the tests of revenue share: rows by name, periods, sums and ratios."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb

from tests.python.conftest import Built

Row = dict[str, Any]
MARGIN = Decimal("0.8")


def rows(built: Built, sql: str) -> list[Row]:
    """The rows of a query, by name."""
    with duckdb.connect(str(built.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        answer = connection.execute(sql)
        names = [column[0] for column in answer.description or []]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def quarter(moment: date) -> date:
    """The first day of a moment's quarter."""
    return date(moment.year, 3 * ((moment.month - 1) // 3) + 1, 1)


def ends(start: date) -> datetime:
    """When a quarter ends."""
    month = start.month + 3
    return datetime(start.year + month // 13, month % 12, 1)


def total(values: Iterator[Decimal | None]) -> Decimal:
    """The sum of what is there."""
    return sum((value for value in values if value is not None), Decimal(0))


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A ratio with six digits; None where there is nothing to divide by."""
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def kpi_values(built: Built, kind: str) -> dict[tuple[date, str], Decimal | None]:
    """The KPIs of all funnels, by period start and metric."""
    found = rows(
        built,
        "from intermediate.int_kpi_values_aggregated"
        f" where period_kind = '{kind}' and funnel = 'all'",
    )
    return {(row["period_start"], row["metric"]): row["actual"] for row in found}


def month_before(start: date) -> date:
    """The first day of the month before."""
    return date(start.year - (start.month == 1), (start.month - 2) % 12 + 1, 1)
