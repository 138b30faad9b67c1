"""A build works on a copy: a reader of the warehouse sees the last good build, whole."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from subprocess import PIPE

import duckdb
import pytest

from funnel import stamp
from funnel.aside import (
    AsideError,
    Written,
    alone,
    copy_aside,
    place_of_build,
    put_in_place,
)
from funnel.build import build_warehouse
from funnel.demo.load import load
from funnel.last_build import last_build
from funnel.places import ROOT, SOURCES, sources_of
from tests.python.conftest import NAME, Built, query
from tests.python.demo_company import Make
from tests.python.warm_dbt import run_dbt

# One build after another, each killed three calls later than the one before it.
BUILDER = """
import os, signal, sys, duckdb
from pathlib import Path
from funnel.aside import copy_aside, place_of_build, put_in_place

database = Path(sys.argv[1])


def build(number):
    calls = 0

    def die_in_time(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > 3 * number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(die_in_time if number else None)
    building = place_of_build(database)
    before = copy_aside(database, building)
    with duckdb.connect(str(building)) as connection:
        for name in "abc":
            connection.execute(
                f"create or replace table {name} as"
                f" select {number} as number, range as row_number from range(5000)"
            )
    put_in_place(building, database, before)


for number, _ in enumerate(sys.stdin):
    child = os.fork()
    if not child:
        build(number)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(database: Path, *statements: str) -> None:
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_build_killed_at_any_step_leaves_the_last_good_one_whole(tmp_path: Path) -> None:
    (script := tmp_path / "builder.py").write_text(BUILDER)
    database = tmp_path / "warehouse.duckdb"
    command = [sys.executable, str(script), str(database)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=PIPE, stdout=PIPE, text=True
    )
    with process as builder:
        assert builder.stdin
        assert builder.stdout
        statuses: list[int] = []
        seen: list[int] = []
        while len(statuses) < 2 or statuses[-1] == signal.SIGKILL:
            builder.stdin.write("\n")
            builder.stdin.flush()
            statuses.append(int(builder.stdout.readline()))
            seen.append(_number(database))
    last = len(statuses) - 1
    assert (statuses[0], statuses[last], seen[0], seen[last]) == (0, 0, 0, last)
    assert last > 20
    assert all(now in (before, number) for number, before, now in zip(count(1), seen, seen[1:]))


def _number(database: Path) -> int:
    """What a reader sees at any moment: one number in every table, and every row."""
    selects = (f"select number, count(*) from {name} group by number" for name in "abc")
    rows = query(database, " union all ".join(selects))
    assert {rows.count(row) for row in rows} == {3}
    assert rows[0][1] == 5000
    return int(rows[0][0])


def test_readers_read_on_while_a_build_takes_the_place_of_what_they_read(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    building = place_of_build(database)
    _write(database, "create table a as select 1 as number")
    with duckdb.connect(str(database), read_only=True) as reader:
        before = copy_aside(database, building)
        _write(building, "update a set number = 2")
        put_in_place(building, database, before)
        assert reader.execute("select number from a").fetchall() == [(1,)]
    assert query(database, "select number from a") == [(2,)]
    assert not building.parent.exists()


def test_what_was_written_to_the_warehouse_meanwhile_is_not_lost(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    _write(database, "create table a as select 1 as number")
    before = copy_aside(database, place_of_build(database))
    _write(database, "insert into a select 7")
    with pytest.raises(AsideError, match="Somebody wrote to"):
        put_in_place(place_of_build(database), database, before)
    assert query(database, "select number from a order by 1") == [(1,), (7,)]


def test_what_only_the_log_beside_the_warehouse_holds_is_copied(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    _write(database, "create table a as select 1 as number")
    code = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]);"
        " connection.execute('insert into a select 2'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], check=True)
    assert database.with_name("warehouse.duckdb.wal").exists()
    before = copy_aside(database, place_of_build(database))
    assert query(place_of_build(database), "select count(*) from a") == [(2,)]
    put_in_place(place_of_build(database), database, before)
    assert query(database, "select count(*) from a") == [(2,)]


def test_a_second_build_says_who_builds_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "warehouse.duckdb"
    _write(database, "create table a as select 1 as number")
    before = Written.of(database)
    with alone(database):
        assert build_warehouse(database, tmp_path / "target", {}) == 2
    printed = capsys.readouterr().err
    assert f"Another command is writing {database}: process {os.getpid()}, since " in printed
    assert Written.of(database) == before
    assert not place_of_build(database).exists()


def test_a_build_that_fails_leaves_the_warehouse_and_its_history_as_they_were(
    built: Built,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The source tables are gone: no staging model can be built."""
    monkeypatch.delenv(SOURCES)
    database = tmp_path / built.database.name
    database.write_bytes(built.database.read_bytes())
    _write(tmp_path / "sources.duckdb", "create schema hubspot")
    before = _sum(database)
    assert build_warehouse(database, tmp_path / "target", built.vars) == 1
    printed = capsys.readouterr().out
    assert f"{database} still is the last good build." in printed
    assert f"looked at in {place_of_build(database)}" in printed
    assert _sum(database) == before
    with duckdb.connect(str(place_of_build(database)), read_only=True) as connection:
        assert "failed or were skipped" in last_build(connection).fault


def test_missing_source_tables_are_named_before_anything_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SOURCES, str(tmp_path / "nowhere.duckdb"))
    database = tmp_path / "warehouse.duckdb"
    assert build_warehouse(database, tmp_path / "target", {}) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert f"There is no file {tmp_path}/nowhere.duckdb with the source systems' tables" in printed
    assert not place_of_build(database).exists()


def test_new_source_rows_make_a_build_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SOURCES)
    database = tmp_path / "warehouse.duckdb"
    _write(database, "create table a as select 1 as number")
    _write(tmp_path / "sources.duckdb", "create schema hubspot")
    assert sources_of(database) == tmp_path / "sources.duckdb"
    stamp.write(database, {})
    assert stamp.is_fresh(database, {})
    time.sleep(0.01)
    _write(tmp_path / "sources.duckdb", "create table hubspot.contact as select 1 as id")
    assert not stamp.is_fresh(database, {})


def test_the_demo_never_replaces_source_tables_that_it_has_not_made(
    make: Make, tmp_path: Path
) -> None:
    own = tmp_path / "revenue_funnel.duckdb"
    _write(own, "create schema hubspot", "create table hubspot.contact as select 1 as id")
    for sources, warehouse in ((own, None), (tmp_path / "sources.duckdb", own)):
        with pytest.raises(PermissionError, match="make build DEMO=no"):
            load(make(), sources, warehouse)
    assert query(own, "select id from hubspot.contact") == [(1,)]


@pytest.mark.parametrize("part", ["+fct_lifecycle", "+alerts", "+plan_targets"])
def test_a_part_of_the_project_builds_on_a_fresh_warehouse(part: str, tmp_path: Path) -> None:
    """dbt selects no test that reads a table which the part does not build."""
    chosen = ["--select", part, "--exclude-resource-type", "unit_test"]
    shown = ["--output", "json", "--output-keys", "unique_id", "depends_on"]
    outcome = run_dbt(["ls", "--quiet", *chosen, *shown], tmp_path / NAME, tmp_path / "target")
    assert isinstance(outcome.result, list)
    nodes = [json.loads(line) for line in outcome.result]
    built = {node["unique_id"] for node in nodes}
    tests = [node for node in nodes if node["unique_id"].startswith("test.")]
    assert len(tests) > 50
    for test in tests:
        parents = {name for name in test["depends_on"]["nodes"] if name.split(".")[0] != "source"}
        assert parents <= built, test["unique_id"]
