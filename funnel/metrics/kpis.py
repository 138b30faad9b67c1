"""The KPIs of the seed kpi_list, and the measures that they are made of."""

import ast
import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from funnel.places import ROOT

MACRO = Path("macros/kpis/kpi_measures.sql")
SEED = Path("seeds/kpi_list.csv")
RETURNED = re.compile(r"return\((\{.*\})\)", re.DOTALL)


@dataclass(frozen=True)
class Kpi:
    """A row of the seed kpi_list."""

    name: str
    label: str
    unit: str
    owner_team: str
    numerator: str
    denominator: str | None
    target: str | None
    is_weekly: bool
    is_balance: bool
    formula: str

    @property
    def period_kinds(self) -> tuple[str, ...]:
        return ("week", "month", "quarter") if self.is_weekly else ("month", "quarter")


@dataclass(frozen=True)
class Measure:
    """A line of the macro kpi_measures: what is summed, of which rows, of which revenue type."""

    name: str
    summed: str
    rows: str
    revenue_type: str


@dataclass(frozen=True)
class Measures:
    """Sums by name, and products of sums by name."""

    sums: Mapping[str, Measure]
    products: Mapping[str, str]


def read_kpis(root: Path = ROOT) -> list[Kpi]:
    """In the order in which reviews show them."""
    with (root / SEED).open(newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: int(row["metric_order"]))
    return [_kpi(row) for row in rows]


def read_measures(root: Path = ROOT) -> Measures:
    found = RETURNED.search((root / MACRO).read_text())
    if found is None:
        raise ValueError(f"{MACRO} returns no dictionary")
    listed = ast.literal_eval(found.group(1))
    return Measures(
        sums={line[0]: Measure(*line) for line in listed["sums"]},
        products=dict(listed["products"]),
    )


def _kpi(row: Mapping[str, str]) -> Kpi:
    return Kpi(
        name=row["metric"],
        label=row["metric_name"],
        unit=row["unit"],
        owner_team=row["owner_team"] or "all",
        numerator=row["numerator"],
        denominator=row["denominator"] or None,
        target=row["target"] or None,
        is_weekly=row["is_weekly"] == "true",
        is_balance=row["is_balance"] == "true",
        formula=row["formula"],
    )
