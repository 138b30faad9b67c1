"""Rows that a system erases without a trace: the touch that an earlier build read is retained."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.demo.generate import generate
from funnel.demo.load import HISTORY, load
from tests.python.conftest import SEED, UNTIL, Built, build, messages, query
from tests.python.warm_dbt import run_dbt

STAGED = "stg_salesforce__touches stg_sources__row_counts"
MODELS = (
    "int_touches_rows_checked history_erasable_touch_changes"
    " int_erased_touches_selected int_touches_resolved source_reconciliation"
)
MEMBERS = "select id from salesforce.campaign_member where has_responded order by id limit {}"
TOUCHES = "from intermediate.int_touches_resolved order by all"
SNAPSHOTS = "from history.history_erasable_touch_changes order by all"
RETAINED = "select count(*) from intermediate.int_erased_touches_selected"
RETAINED_MEMBERS = """
    select snapshots.touch_id
    from intermediate.int_erased_touches_selected as kept
    inner join history.history_erasable_touch_changes as snapshots
        using (system, source_table, occurred_at)
    where kept.touch_key = ('0x' || substr(
        md5(snapshots.system || '|' || snapshots.source_table || '|' || snapshots.touch_id), 1, 15
    ))::bigint
    group by all
    order by all
"""

Run = Callable[..., None]


@pytest.fixture
def database(built: Built, tmp_path: Path) -> Path:
    """The demo company as its last build left it, with a snapshot of every campaign member."""
    copy = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, copy)
    return copy


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all runs, so that dbt reads the project anew only where vars change."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture
def again(database: Path, target: Path) -> Run:
    """Makes the touches once more; vars on top of the usual cutoff."""

    def run(cutoff: str = str(UNTIL), select: str = MODELS, **more: Any) -> None:
        arguments = ["run", "--quiet", "--select", *select.split()]
        outcome = run_dbt(arguments, database, target, {"cutoff": cutoff, **more})
        assert outcome.success, messages(outcome)

    return run


def test_an_erased_row_keeps_its_past_touch(database: Path, again: Run) -> None:
    before = query(database, TOUCHES)
    assert query(database, RETAINED) == [(0,)]
    gone = query(database, MEMBERS.format(20))
    _erase(database, MEMBERS.format(20))
    again()
    assert query(database, RETAINED_MEMBERS) == gone
    assert query(database, TOUCHES) == before


def test_a_dropped_table_keeps_its_touches(database: Path, again: Run) -> None:
    before = query(database, TOUCHES)
    _write(database, "drop table salesforce.campaign_member")
    again(select=f"{STAGED} {MODELS}")
    assert query(database, TOUCHES) == before


def test_a_row_that_is_marked_as_deleted_loses_its_touch(database: Path, again: Run) -> None:
    deleted = f"id in ({MEMBERS.format(5)})"
    before = len(query(database, TOUCHES))
    _write(database, f"update salesforce.campaign_member set is_deleted = true where {deleted}")
    again()
    assert len(query(database, TOUCHES)) == before - 5
    _write(database, "delete from salesforce.campaign_member where is_deleted")
    again()
    assert len(query(database, TOUCHES)) == before - 5, "its tombstone was erased later"
    assert query(database, RETAINED) == [(0,)]


def test_a_row_that_is_there_and_no_touch_any_more_is_not_erased(
    database: Path, again: Run
) -> None:
    """Staging sets aside whoever did not answer: the row is there, and is believed."""
    changed = query(database, MEMBERS.format(3))
    before = len(query(database, TOUCHES))
    _write(
        database,
        "update salesforce.campaign_member set has_responded = false, first_responded_date = null "
        f"where id in ({MEMBERS.format(3)})",
    )
    again()
    assert len(query(database, TOUCHES)) == before - 3
    _erase(database, "values " + ", ".join(f"('{member[0]}')" for member in changed))
    again()
    assert len(query(database, TOUCHES)) == before - 3, "the last that was seen of it was no touch"


def test_a_row_that_changed_counts_as_it_was_last_read(database: Path, again: Run) -> None:
    member, moment = query(database, MEMBERS.format(1))[0][0], datetime(2026, 3, 4, 5, 6, 7)
    _write(
        database,
        f"update salesforce.campaign_member set first_responded_date = '{moment}' "
        f"where id = '{member}'",
    )
    again()
    _erase(database, f"values ('{member}')")
    again()
    assert query(database, "select occurred_at from intermediate.int_erased_touches_selected") == [
        (moment,)
    ]


def test_building_again_changes_nothing(database: Path, again: Run) -> None:
    _erase(database, MEMBERS.format(20))
    again()
    first = query(database, TOUCHES), query(database, SNAPSHOTS)
    again()
    assert (query(database, TOUCHES), query(database, SNAPSHOTS)) == first
    again(select=f"{MODELS} --full-refresh")
    assert (query(database, TOUCHES), query(database, SNAPSHOTS)) == first


def test_a_build_that_looks_back_leaves_no_trace_and_sees_what_was_there(
    database: Path, again: Run
) -> None:
    then, there = "2026-03-01", "select count(*) from intermediate.int_touches_resolved"
    again(then)
    as_of_then, ledger = query(database, TOUCHES), query(database, SNAPSHOTS)
    assert query(database, there) != [(0,)]
    _erase(database, MEMBERS.format(10))
    again(then)
    assert query(database, TOUCHES) == as_of_then, "a later build had seen it"
    assert query(database, SNAPSHOTS) == ledger
    _write(
        database,
        """
        -- Somebody attended another campaign: twice the same would be one touch.
        insert into salesforce.campaign_member by name
        select members.* replace ('late' as id, campaigns.id as campaign_id)
        from salesforce.campaign_member as members
        inner join salesforce.campaign as campaigns on members.campaign_id != campaigns.id
        where members.has_responded and members.lead_id is not null and not exists (
            select 1 from salesforce.campaign_member as others
            where others.lead_id = members.lead_id and others.campaign_id = campaigns.id
        )
        order by members.id, campaigns.id limit 1
        """,
    )
    again(then)
    assert query(database, SNAPSHOTS) == ledger, "what only a look back has seen leaves no snapshot"
    again()
    assert len(query(database, SNAPSHOTS)) == len(ledger) + 1


def test_retained_rows_are_counted_apart_from_the_rows_read(
    database: Path, again: Run, target: Path
) -> None:
    statuses = """
        select row_status, sum(row_count)::int, max(read_count)
        from marts.source_reconciliation
        where source_table = 'campaign_member'
        group by row_status
        order by row_status
    """
    before = {status: rows for status, rows, _ in query(database, statuses)}
    _erase(database, MEMBERS.format(20))
    again()
    landed = query(database, "select count(*) from salesforce.campaign_member")[0][0]
    expected = [("counted", before["counted"] - 20, landed), ("retained", 20, landed)]
    assert query(database, statuses) == [*expected, ("set_aside", before["set_aside"], landed)]
    law = "every_source_row_is_counted_or_quarantined"
    assert build(database, {"cutoff": str(UNTIL)}, target, law).success


def test_only_erased_rows_of_the_listed_tables_are_retained(database: Path, again: Run) -> None:
    before = len(query(database, TOUCHES))
    _erase(database, MEMBERS.format(20))
    again(erasing_tables=[])
    assert len(query(database, TOUCHES)) == before - 20


@pytest.mark.parametrize("name", ["campaign_member", "salesforce.campaign_members"])
def test_an_unknown_table_in_erasing_tables_stops_the_build(
    database: Path, target: Path, name: str
) -> None:
    outcome = build(database, {"erasing_tables": [name]}, target, MODELS)
    assert not outcome.success
    assert f"The var erasing_tables names '{name}'" in messages(outcome)


def test_another_company_starts_without_history(database: Path, tmp_path: Path) -> None:
    assert len(query(database, HISTORY_TABLES)) == 7
    generate(200, SEED, datetime(2026, 1, 1), tmp_path / "other")
    load(tmp_path / "other", database)
    assert query(database, HISTORY_TABLES) == []


def test_the_same_company_at_another_time_keeps_its_history(database: Path, tmp_path: Path) -> None:
    generate(1500, SEED, datetime(2026, 1, 1), tmp_path / "same")
    load(tmp_path / "same", database)
    assert query(database, SNAPSHOTS)


HISTORY_TABLES = f"select table_name from duckdb_tables() where schema_name = '{HISTORY}'"


def _erase(database: Path, ids: str) -> None:
    _write(database, f"delete from salesforce.campaign_member where id in ({ids})")


def _write(database: Path, sql: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)
