"""Shows what the identity overrides would change: builds a copy of the database and compares."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from funnel.places import SOURCES, sources_of
from funnel.progress import working
from funnel.run_dbt import ROOT, environment, run_dbt

MOVED = """
    create temp table moved as
    select record_key, one.person_key as before_key, other.person_key as after_key
    from before.intermediate.int_record_persons_mapped as one
    inner join after.intermediate.int_record_persons_mapped as other using (record_key)
    where one.person_key != other.person_key
"""
# Figures that are printed for both builds.
FIGURES = {
    "people": "select count(*) from {}.marts.dim_persons",
    "journeys that became leads": """
        select count(*) from {}.marts.fct_journeys where has_reached_lead
    """,
    "won revenue": "select coalesce(sum(won_amount), 0) from {}.marts.fct_journeys",
}
# The won amount of each person before and after; half of the differences has moved.
REVENUE = """
    select coalesce(sum(abs(coalesce(one.amount, 0) - coalesce(other.amount, 0))), 0) / 2
    from (select person_key, sum(won_amount) as amount from before.marts.fct_journeys group by all)
        as one
    full join (
        select person_key, sum(won_amount) as amount from after.marts.fct_journeys group by all
    ) as other using (person_key)
"""


def preview_overrides(database: Path, variables: Mapping[str, Any], project: Path = ROOT) -> int:
    """Compares the database with a copy built with the overrides of the project's seeds: 0, or 1
    if the copy does not build."""
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        copy = Path(folder) / database.name
        shutil.copy(database, copy)
        sources = sources_of(database)
        named = {SOURCES: str(sources.resolve()) if sources else ""}
        with environment(named), working("Building a copy with the overrides"):
            is_built = _build(copy, Path(folder) / "target", variables, project)
        if not is_built:
            return 1
        _compare(database, copy)
    return 0


def _build(database: Path, target: Path, variables: Mapping[str, Any], project: Path) -> bool:
    """Builds without tests, so that the figures are shown even if a test would fail."""
    between = [
        f"int_identity_overrides_checked+,+{mart}" for mart in ("fct_journeys", "dim_persons")
    ]
    selection = ["--select", "identity_overrides", *between]
    without_tests = ["--exclude-resource-type", "test", "unit_test"]
    arguments = ["build", "--quiet", *selection, *without_tests]
    outcome = run_dbt(arguments, database, target, variables, project=project)
    if not outcome.success:
        print(
            "The preview stops: a copy of the warehouse does not build with these overrides.",
            "The error above says why.",
            file=sys.stderr,
        )
    return outcome.success


def _compare(before: Path, after: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as before (read_only)")
        connection.execute(f"attach '{after}' as after (read_only)")
        connection.execute(MOVED)
        moves = connection.execute("""
            select record_key, before_key, after_key from moved order by all limit 50
        """).fetchall()
        for record, one, other in moves:
            print(f"record {record} goes from person {one} to person {other}")
        for name, sql in FIGURES.items():
            one, other = (_value(connection, sql.format(side)) for side in ("before", "after"))
            print(f"{name}: {one} before, {other} after")
        print(f"won revenue that moves to another person: {_value(connection, REVENUE)}")


def _value(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return row[0] if row else None
