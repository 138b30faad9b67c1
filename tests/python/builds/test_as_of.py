"""Law 6: a build that looks up to a moment equals a build on data that ends at that moment."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from funnel.demo import settings
from funnel.demo.generate import generate
from funnel.demo.load import load
from tests.python.conftest import SEED, UNTIL, messages
from tests.python.warm_dbt import run_dbt

# Enough that at each moment something is open which a later deletion, close or merge would change.
PEOPLE = 8000
# Not compared: they show all rows of the sources, later ones too, which were not loaded then.
LEFT_OUT = {"source_reconciliation", "quarantine"}
MARTS = """
    select table_name
    from information_schema.tables
    where table_catalog = '{}' and table_schema = 'marts'
    order by table_name
"""
# Nothing was planned for the days before: there is no earlier plan to compare with.
MAY_BE_EMPTY = {"forecast_accuracy", "plan_actuals"}
# What all other tables are made of is compared at each moment, and every table at the last one.
MADE_OF = "+path:models/marts/core"
# A dispute counts from its first day on once it is lost, and Stripe's table has no history: none is
# undecided at these moments (docs/connect.md).
MOMENTS = [("2024-08-02", MADE_OF), ("2025-08-08", MADE_OF), ("2026-01-03", "*")]
SNAPSHOTS = "+history_erasable_touch_changes"
HISTORY = "+history_erasable_touch_changes +history_attribute_values +history_person_ids"


@pytest.fixture(scope="module", autouse=True)
def forgetful() -> Iterator[None]:
    """A company of which Salesforce erases half of the campaign members."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "VANISHED_MEMBER_SHARE", 0.5)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of which each moment's build left a copy, and which then went on to the end."""
    folder = tmp_path_factory.mktemp("as_of")
    database = folder / "looking_back.duckdb"
    for moment, _ in MOMENTS:
        _go_on(database, moment, SNAPSHOTS)
        (folder / moment).mkdir()
        shutil.copy(database, folder / moment / "ending_then.duckdb")
    _go_on(database, str(UNTIL), HISTORY)
    return folder


def _go_on(database: Path, moment: str, select: str) -> None:
    company = database.parent / "demo"
    shutil.rmtree(company, ignore_errors=True)
    generate(PEOPLE, SEED, datetime.fromisoformat(moment), company)
    load(company, database)
    _run(database, moment, select)


@pytest.mark.parametrize(("moment", "select"), MOMENTS)
def test_the_future_never_leaks(folder: Path, moment: str, select: str) -> None:
    """There is a snapshot of the touches of then: erased rows are still known."""
    looking_back = folder / "looking_back.duckdb"
    ending_then = folder / moment / "ending_then.duckdb"
    for database in (looking_back, ending_then):
        _run(database, moment, select)
    assert _empty(ending_then) - MAY_BE_EMPTY == set()
    assert _differences(looking_back, ending_then) == {}


def _run(database: Path, cutoff: str, select: str) -> None:
    arguments = ["build", "--quiet", "--exclude-resource-type", "test", "unit_test"]
    arguments += ["--select", *select.split()]
    outcome = run_dbt(arguments, database, database.parent / "target", {"cutoff": cutoff})
    assert outcome.success, messages(outcome)


def _empty(database: Path) -> set[str]:
    """The marts of which nothing can be compared."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(MARTS.format(database.stem)).fetchall()
        return {
            name
            for (name,) in names
            if connection.execute(f"select 1 from marts.{name} limit 1").fetchone() is None
        }


def _differences(one: Path, other: Path) -> dict[str, int]:
    """By mart, how many rows stand in only one of the two."""
    sides = (one.stem, other.stem)
    with duckdb.connect() as connection:
        for path in (one, other):
            # Under the name it was built under: views of it speak of that.
            connection.execute(f"attach '{path}' as {path.stem} (read_only)")
        names = [
            {row[0] for row in connection.execute(MARTS.format(side)).fetchall()} for side in sides
        ]
        assert names[0] == names[1]
        return {
            mart: count
            for mart in sorted(names[0] - LEFT_OUT)
            if (count := _difference(connection, *sides, mart))
        }


def _difference(connection: duckdb.DuckDBPyConnection, one: str, other: str, mart: str) -> int:
    select = f"select * from {{}}.marts.{mart}"
    rows = f"({select.replace('{}', '{0}')} except all {select.replace('{}', '{1}')})"
    both = f"{rows.format(one, other)} union all {rows.format(other, one)}"
    found = connection.execute(f"select count(*) from ({both})").fetchone()
    assert found is not None
    return int(found[0])
