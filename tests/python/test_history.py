"""The schema history: what builds add, how its columns may change, backup and restoration."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from funnel.history import HistoryError, backup, restore
from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import messages, query

PROJECT = """
name: revenue_funnel
version: 0.1.0
config-version: 2
profile: revenue_funnel
flags: {send_anonymous_usage_stats: false}
vars: {cutoff: "2026-07-01"}
on-run-start: "{{ move_renamed_history() }}"
models:
  +materialized: incremental
  +incremental_strategy: append
  +on_schema_change: append_new_columns
  +full_refresh: false
"""
MODEL = """
with things as (select {columns} from raw.things)
{{{{ changes_to_append('things', ['id'], {compared}) }}}}
"""
MODELS = """
models:
  - name: history_things
    config: {meta: {earlier_names: [history_items]}}
"""
ALL = "select * exclude (snapshotted_at) from history_things order by id, snapshot_number"

Build = Callable[..., None]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with two things in it."""
    path = tmp_path / "things.duckdb"
    _write(path, "create schema raw")
    _write(
        path, "create table raw.things as select * from (values (1, 's'), (2, 'm')) as t (id, size)"
    )
    return path


@pytest.fixture
def build(database: Path, tmp_path: Path) -> Build:
    """Builds a small project with one history table."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    for part in ("macros", "profiles.yml"):
        (project / part).symlink_to(ROOT / part)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "models" / "models.yml").write_text(MODELS)

    def run(cutoff: str, columns: str = "id, size", compared: str = "{'size': 'text'}") -> None:
        sql = MODEL.format(columns=columns, compared=compared)
        (project / "models" / "history_things.sql").write_text(sql)
        arguments = ["run", "--quiet", "--full-refresh"]
        outcome = run_dbt(
            arguments, database, tmp_path / "target", {"cutoff": cutoff}, project=project
        )
        assert outcome.success, messages(outcome)

    return run


def test_a_build_adds_what_is_new_or_has_changed(database: Path, build: Build) -> None:
    build("2026-07-01")
    _write(database, "update raw.things set size = 'l' where id = 2")
    _write(database, "insert into raw.things values (3, null)")
    build("2026-07-02")
    build("2026-07-02")
    assert query(database, ALL) == [(1, "s", 1), (2, "m", 1), (2, "l", 2), (3, None, 1)]


def test_a_build_that_looks_back_adds_nothing(database: Path, build: Build) -> None:
    build("2026-07-02")
    _write(database, "insert into raw.things values (3, 's')")
    build("2026-07-01")
    assert query(database, ALL) == [(1, "s", 1), (2, "m", 1)]


def test_a_compared_column_can_be_added_and_removed(database: Path, build: Build) -> None:
    build("2026-07-01")
    _write(database, "alter table raw.things add column colour varchar")
    _write(database, "update raw.things set colour = 'red' where id = 1")
    build("2026-07-02", "id, size, colour", "{'size': 'text', 'colour': 'text'}")
    rows = "select id, size, colour, snapshot_number from history_things order by 1, 4"
    added = [(1, "s", None, 1), (1, "s", "red", 2), (2, "m", None, 1)]
    assert query(database, rows) == added
    _write(database, "update raw.things set colour = 'blue', size = 'xl' where id = 1")
    build("2026-07-03", "id, colour", "{'colour': 'text'}")
    assert query(database, rows) == [*added[:2], (1, None, "blue", 3), added[2]]


def test_a_history_table_that_was_renamed_keeps_its_rows(database: Path, build: Build) -> None:
    build("2026-07-01")
    _write(database, "alter table history_things rename to history_items")
    _write(database, "insert into raw.things values (3, 's')")
    build("2026-07-02")
    assert query(database, ALL) == [(1, "s", 1), (2, "m", 1), (3, "s", 1)]
    rows = "select count(*) from history_things where snapshotted_at < '2026-07-02'"
    assert query(database, rows) == [(2,)]
    assert query(database, "from duckdb_tables() where table_name = 'history_items'") == []


HISTORY = """
    create schema history;
    create table history.history_settings as
        select range as setting_key, 'x' as label, 1::bigint as snapshot_number,
            timestamp '2026-06-01' + interval (range) day as snapshotted_at
        from range(10);
    create table history.history_plans (
        made_week date, planned_volume double, amount decimal(18, 4), is_base boolean,
        snapshot_number bigint, snapshotted_at timestamp
    );
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A database with a history of ten days."""
    path = tmp_path / "warehouse.duckdb"
    _write(path, HISTORY)
    return path


def test_what_was_backed_up_can_be_restored_into_another_database(
    warehouse: Path, tmp_path: Path
) -> None:
    said = backup(warehouse, tmp_path / "backup")
    assert said.endswith("holds 2 history tables with 10 rows, from 2026-06-01 to 2026-06-10.")
    fresh = tmp_path / "fresh.duckdb"
    restore(fresh, tmp_path / "backup")
    for table in ("history_settings", "history_plans"):
        for sql in (f"from history.{table} order by all", f"describe history.{table}"):
            assert query(fresh, sql) == query(warehouse, sql)


def test_a_backup_keeps_the_one_before(warehouse: Path, tmp_path: Path) -> None:
    backup(warehouse, tmp_path / "backup")
    _write(warehouse, "delete from history.history_settings")
    backup(warehouse, tmp_path / "backup")
    tables = json.loads((tmp_path / "backup.before" / "manifest.json").read_text())["tables"]
    assert tables["history_settings"]["rows"] == 10


def test_newer_history_is_replaced_only_by_force(warehouse: Path, tmp_path: Path) -> None:
    backup(warehouse, tmp_path / "backup")
    newer = "select 11, 'new', 1, timestamp '2026-07-01'"
    _write(warehouse, f"insert into history.history_settings {newer}")
    with pytest.raises(HistoryError, match="has 1 rows later than the backup, the last of 2026-07"):
        restore(warehouse, tmp_path / "backup")
    count = "select count(*) from history.history_settings"
    assert query(warehouse, count) == [(11,)]
    restore(warehouse, tmp_path / "backup", force=True)
    assert query(warehouse, count) == [(10,)]


def test_a_backup_with_the_name_of_an_earlier_version_is_restored_under_the_name_of_today(
    warehouse: Path, tmp_path: Path
) -> None:
    before, now = "history.history_erasable_touches", "history.history_erasable_touch_changes"
    _write(warehouse, f"create table {before} as from history.history_settings")
    backup(warehouse, tmp_path / "backup")
    _write(warehouse, f"alter table {before} rename to history_erasable_touch_changes")
    _write(warehouse, f"insert into {now} select 11, 'new', 1, timestamp '2026-07-01'")
    with pytest.raises(HistoryError, match=f"{now} has 1 rows later than the backup"):
        restore(warehouse, tmp_path / "backup")
    fresh = tmp_path / "fresh.duckdb"
    restore(fresh, tmp_path / "backup")
    assert query(fresh, f"select count(*) from {now}") == [(10,)]
    assert "history_erasable_touches" not in str(query(fresh, "from duckdb_tables()"))


def test_a_damaged_backup_restores_nothing(warehouse: Path, tmp_path: Path) -> None:
    backup(warehouse, tmp_path / "backup")
    (tmp_path / "backup" / "history_plans.parquet").write_bytes(b"half")
    _write(warehouse, "drop schema history cascade")
    with pytest.raises(HistoryError, match=r"history_plans\.parquet is missing or damaged"):
        restore(warehouse, tmp_path / "backup")
    assert query(warehouse, "from duckdb_tables() where schema_name = 'history'") == []


@pytest.mark.parametrize(
    ("name", "sentence"), [("files", "holds other files"), ("none", "There is no database")]
)
def test_a_backup_that_can_not_be_written_says_why(
    warehouse: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "letter.txt").write_text("mine")
    database = tmp_path / "none.duckdb" if name == "none" else warehouse
    with pytest.raises(HistoryError, match=sentence):
        backup(database, tmp_path / name)


def _write(database: Path, sql: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)
