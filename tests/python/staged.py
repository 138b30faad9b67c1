"""How many rows of each source table were staged, beside how many had landed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from funnel.places import ROOT
from tests.python.conftest import query

Systems = Mapping[str, Sequence[str]]
# By system, table and reason (none for a row that is used).
Staged = Counter[tuple[str, str, str | None]]


def asked_systems() -> dict[str, list[str]]:
    """What the project asks of each system."""
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    systems: dict[str, list[str]] = settings["vars"]["revenue_funnel"]["systems"]
    return systems


def count_staged(database: Path, systems: Systems) -> Staged:
    counts: Staged = Counter()
    for system, entities in systems.items():
        for entity in entities:
            sql = f"select source_table, reason_code from staging.stg_{system}__{entity}"
            counts.update((system, *row) for row in query(database, sql))
    return counts


def miscounted(database: Path, systems: Systems, staged: Staged) -> dict[str, tuple[int, int]]:
    """Tables of which another number of rows was staged than landed: (staged, landed).

    A table that is read a second time, for something else, has a name with a point for that."""
    tables: Counter[tuple[str, str]] = Counter()
    for (system, table, _), count in staged.items():
        tables[system, table] += count
    found = {}
    for system in systems:
        sql = "select source_table, row_count from staging.stg_sources__row_counts"
        landed = dict(query(database, f"{sql} where system = '{system}'"))
        names = {table for of, table in tables if of == system and "." not in table} | set(landed)
        for name in names:
            if tables[system, name] != landed.get(name, 0):
                found[f"{system}.{name}"] = (tables[system, name], landed.get(name, 0))
    return found
