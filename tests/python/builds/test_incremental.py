"""Tables that keep rows of the last build hold what a full build of the same sources makes."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.demo.generate import generate
from funnel.demo.load import load
from tests.python.conftest import NAME, UNTIL, Built, messages, query
from tests.python.raw_histories import RawHistory
from tests.python.warm_dbt import run_dbt

# How many histories of the source tables, of how many builds: `make test-increments` asks for more.
HISTORIES = int(os.environ.get("HISTORIES", "3"))
INCREMENTS = int(os.environ.get("INCREMENTS", "1"))
PEOPLE = 150
FIRST_CUTOFF = UNTIL - timedelta(days=30)
KEEPING = (
    "intermediate.int_evaluation_touches_scored",
    "intermediate.int_qualifications_evaluated",
    "intermediate.int_touch_results_evaluated",
    "intermediate.int_stage_entries_completed",
    "marts.fct_lifecycle",
    "marts.fct_journeys",
)
CHANGED = ("int_changed_persons_detected", "int_journey_changes_checked")
MODELS = [name.split(".")[1] for name in KEEPING]
ALL = [f"+{name}" for name in MODELS]
# The views of staging stay as they are.
AGAIN = [*ALL, "--exclude", "path:models/staging"]
# What a build has done that is killed before the last tables.
KILLED = [*(f"+{name}" for name in CHANGED), "--exclude", "path:models/staging"]
LAST = """
    select is_whole, reason from operations.increments
    where table_name = '{table}' order by entry_number desc limit 1
"""


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of which a part of the rows has not come yet, and what a build makes of it."""
    folder = tmp_path_factory.mktemp("first_build")
    database = folder / NAME
    generate(PEOPLE, 7, UNTIL, folder / "demo", workers=1)
    load(folder / "demo", database)
    RawHistory(database, 0).begin()
    _run(database, "seed")
    _build(database, ALL, FIRST_CUTOFF)
    return database


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_kept_and_new_rows_are_those_of_a_full_build(
    first_build: Path, tmp_path: Path, seed: int
) -> None:
    """In turn, a build is as usual, another version of the definition begins, and a build before it
    is killed."""
    database = tmp_path / NAME
    shutil.copy(first_build, database)
    raw = RawHistory(database, seed)
    cutoff = FIRST_CUTOFF
    for number in range(INCREMENTS):
        raw.go_on()
        cutoff += timedelta(days=raw.random.randint(0, 7))
        special = (None, "version", "kill")[(seed + number) % 3]
        if special == "version":
            raw.begin_version()
        if special == "kill":
            _build(database, KILLED, cutoff)
            raw.go_on()
        _build(database, AGAIN, cutoff)
        [(is_whole, reason)] = query(database, LAST.format(table="fct_lifecycle"))
        assert is_whole == (special == "kill"), reason
        _is_what_a_full_build_makes(database, tmp_path / "full" / NAME, cutoff)


def test_a_small_change_touches_few(first_build: Path, tmp_path: Path) -> None:
    """Otherwise the tables would be right, and nothing would be kept."""
    database = _with_an_earlier_touch(first_build, tmp_path)
    _build(database, [*CHANGED, *MODELS], FIRST_CUTOFF)
    changed = "select count(*) filter (where has_changed) from intermediate.{}"
    assert query(database, changed.format(CHANGED[0])) == [(1,)]
    for table in MODELS:
        assert query(database, LAST.format(table=table)) == [(False, None)]


def test_a_run_that_looks_for_no_changes_keeps_nothing(first_build: Path, tmp_path: Path) -> None:
    """Nor does the next one: what has changed before the run, and back after it, would not show."""
    database = _with_an_earlier_touch(first_build, tmp_path)
    _build(database, MODELS, FIRST_CUTOFF)
    _is_what_a_full_build_makes(database, tmp_path / "full" / NAME, FIRST_CUTOFF)
    shutil.copy(first_build, tmp_path / "before.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{tmp_path / 'before.duckdb'}' as before (read_only)")
        touches = "intermediate.int_touches_resolved"
        connection.execute(f"delete from {touches}; insert into {touches} from before.{touches}")
    _build(database, [*CHANGED, *MODELS], FIRST_CUTOFF)
    _is_what_a_full_build_makes(database, tmp_path / "full" / NAME, FIRST_CUTOFF)


def test_a_table_left_out_of_a_run_leaves_no_old_rows_behind(
    first_build: Path, tmp_path: Path
) -> None:
    """The tables that read it were made from its old rows: the next run makes them anew."""
    database = tmp_path / NAME
    shutil.copy(first_build, database)
    evidence = "intermediate.int_stage_evidence_unioned"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"update {evidence} set occurred_at = occurred_at - interval 1 hour"
            f" where journey_key = (select min(journey_key) from {evidence})"
        )
    left_out = [CHANGED[1], "fct_lifecycle", "fct_journeys"]
    _build(database, left_out, FIRST_CUTOFF)
    _build(database, [*CHANGED, *MODELS], FIRST_CUTOFF)
    _is_what_a_full_build_makes(database, tmp_path / "full" / NAME, FIRST_CUTOFF)


def test_a_column_of_another_type_is_not_rounded(first_build: Path, tmp_path: Path) -> None:
    database = tmp_path / NAME
    shutil.copy(first_build, database)
    evidence = "intermediate.int_stage_evidence_unioned"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"alter table {evidence} alter amount type decimal(18, 4)")
        connection.execute(f"update {evidence} set amount = amount + 0.0012")
    _build(database, [CHANGED[1], "int_stage_entries_completed"], FIRST_CUTOFF)
    kept = "select count(*) from intermediate.int_stage_entries_completed where amount % 0.01 > 0"
    assert query(database, kept) != [(0,)]


def _with_an_earlier_touch(first_build: Path, folder: Path) -> Path:
    database = folder / NAME
    shutil.copy(first_build, database)
    touches = "intermediate.int_touches_resolved"
    touch = f"select touch_key from {touches} where occurred_at is not null order by 1 limit 1"
    earlier = f"update {touches} set occurred_at = occurred_at - interval 1 hour"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"{earlier} where touch_key = ({touch})")
    return database


def test_each_table_that_is_read_is_watched(built: Built) -> None:
    """A table that keeps rows reads nothing whose changes no fingerprint would show."""
    nodes = json.loads((built.target / "manifest.json").read_text())["nodes"]
    keeping = {
        id: node
        for id, node in nodes.items()
        if node["config"].get("incremental_strategy") == "changed_keys"
    }
    assert {node["name"] for node in keeping.values()} == set(MODELS)
    for node in keeping.values():
        changed = f"model.revenue_funnel.{node['config']['meta']['changes_from']}"
        same = {id for id, other in keeping.items() if _changes_from(other) == _changes_from(node)}
        watched = {changed, *nodes[changed]["depends_on"]["nodes"], *same}
        assert set(node["depends_on"]["nodes"]) <= watched, node["name"]


def _changes_from(node: dict[str, Any]) -> str:
    return str(node["config"]["meta"]["changes_from"])


def _is_what_a_full_build_makes(database: Path, full: Path, cutoff: datetime) -> None:
    full.parent.mkdir(exist_ok=True)
    shutil.copy(database, full)
    _build(full, MODELS, cutoff, "--full-refresh")
    for table in KEEPING:
        made, kept = (query(path, f"from {table} order by all") for path in (full, database))
        assert made, f"no row of {table} is compared"
        assert kept == made, table


def _build(database: Path, models: list[str], cutoff: datetime, *more: str) -> None:
    _run(database, "run", "--select", *models, *more, cutoff=cutoff)


def _run(database: Path, *arguments: str, cutoff: datetime = UNTIL) -> None:
    variables = {"cutoff": cutoff.isoformat(sep=" ")}
    outcome = run_dbt([*arguments, "--quiet"], database, database.parent / "target", variables)
    assert outcome.success, messages(outcome)
