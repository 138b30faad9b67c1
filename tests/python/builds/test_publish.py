"""Readers see the last build that is as agreed, whole, or the one before it."""

import hashlib
import json
import re
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from subprocess import PIPE

import duckdb
import pytest

from funnel import publish, stamp
from funnel.alerts.settings import WEBHOOK
from funnel.last_build import last_build, last_good_cutoff
from funnel.places import ROOT
from funnel.publish import (
    FACTS,
    FOLDER,
    NOT_PUBLISHED,
    copy_marts,
    publications,
    show,
)
from tests.python.alert_world import write_alerts
from tests.python.conftest import UNTIL, Built, query
from tests.python.warm_dbt import run_dbt

MARTS = """
    select table_name from information_schema.tables
    where table_schema = 'marts' and table_catalog = current_database() order by table_name
"""
# One publication after another, each killed twelve calls later than the one before it.
PUBLISHER = """
import os, signal, sys, duckdb
from pathlib import Path
from funnel.publish import FACTS, FOLDER, copy_marts, show

folder = Path(sys.argv[1])
out, new = folder / "published.duckdb", folder / FOLDER / ".new"
# What DuckDB imports with its first parameters is imported here, once.
duckdb.execute("select ?", ["a"]).fetchall()


def publish(number):
    with duckdb.connect(str(folder / "source.duckdb")) as connection:
        connection.execute("create schema if not exists marts")
        for name in "abc":
            connection.execute(
                f"create or replace table marts.{name} as"
                f" select {number} as number, range as row_number from range(5000)"
            )
        calls = 0

        def die_in_time(frame, event, argument):
            nonlocal calls
            calls += event in ("call", "c_call")
            if calls > 12 * number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(die_in_time if number else None)
        copy_marts(connection, new)
        (new / FACTS).write_text("{}")
        os.replace(new, folder / FOLDER / f"{number:05}")
        show(out, folder / FOLDER / f"{number:05}")


for number, _ in enumerate(sys.stdin):
    child = os.fork()
    if not child:
        publish(number)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class World:
    """A build of the demo company, ready to be published."""

    def __init__(self, built: Built, folder: Path) -> None:
        self.built = built
        self.database = folder / built.database.name
        self.out = folder / "published.duckdb"
        self.file = folder / "alerts.jsonl"
        self.settings = folder / "alerts.yml"
        self.settings.write_text(json.dumps({"channels": {"file": {"path": str(self.file)}}}))
        self.database.write_bytes(built.database.read_bytes())

    def change(self, *statements: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def publish(self) -> int:
        pages = self.out.with_name("pages")
        return publish.publish_build(self.database, self.out, self.settings, pages)


@pytest.fixture
def world(built: Built, tmp_path: Path) -> World:
    return World(built, tmp_path)


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_published_is_every_mart_as_it_was_built(world: World) -> None:
    assert world.publish() == 0
    marts = [name for (name,) in query(world.database, MARTS) if name not in NOT_PUBLISHED]
    assert [name for (name,) in query(world.out, MARTS)] == marts
    with duckdb.connect(str(world.database), read_only=True) as connection:
        connection.execute(f"attach '{world.out}' as published (read_only)")
        for name in marts:
            for one, other in (("", "published."), ("published.", "")):
                rest = f"from {one}marts.{name} except all from {other}marts.{name}"
                assert connection.execute(f"select count(*) from ({rest})").fetchone() == (0,)
    assert not world.out.stat().st_mode & 0o222
    version = "select tags['storage_version'] from duckdb_databases() where path like '%published%'"
    assert query(world.out, version) == [("v1.0.0+",)]
    assert not world.out.with_name("published.duckdb.wal").exists()
    for name in marts:
        both = f"from marts.{name} except all from '{world.out.parent}/parquet/{name}.parquet'"
        assert query(world.out, f"select count(*) from ({both})") == [(0,)]


def test_what_is_published_carries_its_descriptions(world: World) -> None:
    assert world.publish() == 0
    here = "schema_name = 'marts' and database_name = current_database()"
    for sql in (
        f"select table_name, comment from duckdb_tables() where {here}"
        f" union all select view_name, comment from duckdb_views() where {here}",
        f"select table_name, column_name, comment from duckdb_columns() where {here}",
    ):
        rows = query(world.out, f"{sql} order by all")
        built = query(world.database, f"{sql} order by all")
        assert rows == [row for row in built if row[0] != "quarantine"]
        assert all(row[-1] for row in rows)


def test_readers_can_be_shown_an_earlier_publication_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "published.duckdb"
    names = [f"2026-07-0{day}T051500" for day in (1, 2, 3)]
    for number, name in enumerate(names):
        _publication(out, name, number)
    assert publish.roll_back(out) == 0
    assert _numbers(out) == [1, 1]
    assert publish.roll_back(out, names[0]) == 0
    assert _numbers(out) == [0, 0]
    capsys.readouterr()
    assert publish.roll_back(out) == 1
    assert f"There is no publication before {names[0]}." in capsys.readouterr().err
    assert publish.roll_back(out, "yesterday") == 1
    assert f"There is no publication yesterday; there are {names[0]}, " in capsys.readouterr().err
    assert publish.list_publications(out) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"* {names[0]}  data up to 2026-07-01, 1 tables with 1 rows, 0 warnings"
    assert lines[1].startswith(f"  {names[1]}")
    # The oldest go; the one that readers see stays.
    publish.remove_old(out, kept=1)
    assert publications(out) == [names[0], names[2]]


def _publication(out: Path, name: str, number: int) -> None:
    """A publication with one table of one row."""
    folder = out.parent / FOLDER / name
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.a as select {number} as number")
        rows = copy_marts(connection, folder)
    facts = {"cutoff": "2026-07-01T00:00:00", "agreements": {"warnings": 0}, "rows": rows}
    (folder / FACTS).write_text(json.dumps(facts))
    show(out, folder)


def _numbers(out: Path) -> list[int]:
    """What a reader of the file sees, and one of the Parquet files."""
    parquet = f"select number from '{out.parent}/parquet/a.parquet'"
    return [query(out, sql)[0][0] for sql in ("select number from marts.a", parquet)]


def test_an_error_leaves_what_is_published_as_it_was_and_still_tells_alerts(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    write_alerts(world.database)
    world.change("select 1")
    assert world.publish() == 0
    before = _sum(world.out)
    world.change("update marts.fct_lifecycle set stage = 'warm' where stage = 'sal'")
    write_alerts(world.database, {"alert_key": 1, "severity": "error"})
    world.change("select 1")
    assert world.publish() == 1
    printed = capsys.readouterr()
    broken = "The stage is one that the teams agreed on: fct_lifecycle.stage has 'warm'"
    assert f"error: Limit agreed for publishing. {broken}" in printed.out
    assert "published.duckdb stays as it was." in printed.err
    assert _sum(world.out) == before
    assert len(world.file.read_text().splitlines()) == 1


def test_drift_is_told_once_and_never_stops_publication(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    write_alerts(world.database, {"alert_key": 1, "severity": "error"})
    world.change("select 1")
    assert world.publish() == 0
    first = _sum(world.out)
    world.change("update marts.fct_journeys set won_amount = 0")
    assert world.publish() == 0
    assert len(world.file.read_text().splitlines()) == 1
    assert publish.roll_back(world.out) == 0
    assert _sum(world.out) == first
    assert world.publish() == 0
    assert query(world.out, "select sum(won_amount) from marts.fct_journeys") == [(0,)]
    world.settings.write_text(json.dumps({"channels": {"file": {"path": "/proc/none/here"}}}))
    write_alerts(world.database, {"alert_key": 2})
    world.change("select 1")
    capsys.readouterr()
    assert world.publish() == 0
    assert "file: 0 of 1 sent; the rest waits for the next time: " in capsys.readouterr().out


def test_only_what_a_good_build_left_is_published(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part was built after it, a test failed, or a build was cut short."""
    for command, is_whole, is_complete, bad, fault in (
        ("run", "false", "true", "0", "the dbt run of 01 January 2027, 00:00 UTC changed tables"),
        ("build", "false", "true", "0", "built only a part of the project"),
        ("test", "false", "true", "2", "2 of 9 steps of the dbt test of"),
        ("build", "true", "false", "null", "was cut short"),
    ):
        world.change(
            "delete from operations.dbt_runs where invocation_id = 'later'",
            f"insert into operations.dbt_runs values ('later', '{command}', {is_whole},"
            f" timestamp '2026-07-01', timestamp '2027-01-01', {is_complete}, 9, {bad})",
        )
        assert world.publish() == 1
        assert fault in capsys.readouterr().err
        assert not world.out.exists()
    # A test that found nothing wrong leaves a good build a good one.
    world.change(
        "update operations.dbt_runs set command = 'test', bad_step_count = 0,"
        " is_complete = true where invocation_id = 'later'"
    )
    with duckdb.connect(str(world.database), read_only=True) as connection:
        assert last_build(connection).is_good


def test_dbt_itself_records_what_it_built(world: World, tmp_path: Path) -> None:
    def fault(*arguments: str) -> str:
        run_dbt([*arguments, "--quiet"], world.database, tmp_path / "target", world.built.vars)
        with duckdb.connect(str(world.database), read_only=True) as connection:
            return last_build(connection).fault

    test = ("test", "--select", "fct_journeys,test_type:generic")
    assert fault(*test) == ""
    world.change("update marts.fct_journeys set customer_state = 'warm'")
    assert re.fullmatch(
        r"\d+ of \d+ steps of the dbt test of .* failed or were skipped", fault(*test)
    )
    assert "changed tables and ran no tests" in fault("run", "--select", "dim_owners")
    assert last_good_cutoff(world.database) is None
    assert last_good_cutoff(world.built.database) == UNTIL


def test_a_build_is_stale_when_its_vars_change_but_not_when_other_people_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "warehouse.duckdb"
    write_alerts(database, {"alert_key": 1})
    stamp.write(database, {"cutoff": "2026-06-01"})
    monkeypatch.setenv(WEBHOOK, "https://hooks.example.com/secret")
    assert stamp.is_fresh(database, {"cutoff": "2026-06-01"})
    assert not stamp.is_fresh(database, {"cutoff": "2026-06-02"})
    write_alerts(database, {"alert_key": 2})
    assert not stamp.is_fresh(database, {"cutoff": "2026-06-01"})


def test_no_message_page_or_published_table_holds_a_name_or_an_address(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two people of the demo company, in the fields where an alert could pick them up."""
    people = """
        select property_email, property_firstname || ' ' || property_lastname, property_phone
        from hubspot.contact where property_email like '%@%' and length(property_phone) > 6
    """
    address, name, phone = query(world.database, f"{people} limit 1")[0]
    write_alerts(
        world.database,
        *(
            {
                "alert_key": number,
                "kind": "unknown_value",
                "subject": value,
                "summary": f"HubSpot has a new country: {value}",
                "status_reason": "silenced by Ann Lee, which has run out",
                "affected_count": 2,
            }
            for number, value in enumerate((address, name, phone))
        ),
    )
    world.change("select 1")
    assert world.publish() == 0
    printed = capfd.readouterr()
    assert len(world.file.read_text().splitlines()) == 3
    files = [path for path in world.out.parent.rglob("*") if path.is_file()]
    # The canaries stand in the table of alerts, where a build would never write them.
    searched = [path for path in files if path.name not in {"alerts.parquet"}]
    searched = [path for path in searched if path.suffix != ".duckdb"]
    assert {path.suffix for path in searched} >= {".jsonl", ".alerts", ".html", ".parquet"}
    for canary in (address, name, phone, "Ann Lee"):
        assert canary not in printed.out + printed.err
        assert not [path for path in searched if canary.encode() in path.read_bytes()]
    everybody = {value for row in query(world.database, people) for value in row}
    assert not _texts(world.out, without=["alerts"]) & everybody
    assert not [text for text in _texts(world.out, without=["alerts"]) if "@" in text]


def _texts(database: Path, without: list[str]) -> set[str]:
    columns = query(
        database,
        "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
        f" and schema_name = 'marts' and table_name not in ({str(without)[1:-1]})",
    )
    selects = [f'select distinct "{column}" from marts."{table}"' for table, column in columns]
    return {text for (text,) in query(database, " union ".join(selects)) if text}


def test_a_publication_killed_at_any_step_leaves_one_that_is_whole(tmp_path: Path) -> None:
    """What a reader sees between any two of its calls, and the next publication finds."""
    (script := tmp_path / "publisher.py").write_text(PUBLISHER)
    command = [sys.executable, str(script), str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=PIPE, stdout=PIPE, text=True
    )
    with process as publisher:
        assert publisher.stdin
        assert publisher.stdout
        statuses: list[int] = []
        seen: list[int] = []
        while len(statuses) < 2 or statuses[-1] == signal.SIGKILL:
            publisher.stdin.write("\n")
            publisher.stdin.flush()
            statuses.append(int(publisher.stdout.readline()))
            seen.append(_number(tmp_path / "published.duckdb"))
    # The first and the last were let live; those between died before their last step, or after it.
    last = len(statuses) - 1
    assert (statuses[0], statuses[last], seen[0], seen[last]) == (0, 0, 0, last)
    assert last > 30
    assert all(now in (before, number) for number, before, now in zip(count(1), seen, seen[1:]))
    assert 0 < len(set(seen[1:last])) < last - 1


def _number(published: Path) -> int:
    """What a reader sees at any moment: one number in every table, and every row."""
    selects = (f"select number, count(*) from marts.{name} group by number" for name in "abc")
    rows = query(published, " union all ".join(selects))
    assert {rows.count(row) for row in rows} == {3}
    assert rows[0][1] == 5000
    return int(rows[0][0])
