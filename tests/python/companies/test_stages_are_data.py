"""Stages are rows of a seed: renamed, dropped, added or moved there, every table follows."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import Built, query
from tests.python.stage_seeds import Project, Row, dropped, project_in, renamed

STAGES = "select stage from seeds.lifecycle_stages order by stage_order"
ENTRIES = "select stage, count(*) from marts.fct_lifecycle {where} group by stage"
# Keys that are made of what happened. Those that are made of a stage's name differ by design.
LASTING_KEYS = {
    "journey_key",
    "person_key",
    "account_key",
    "opportunity_key",
    "owner_key",
    "latest_opportunity_owner_key",
}
PREFIX = "renamed_"
UNTOUCHED = {"opportunity", "customer", "lost"}
# Stages that are dropped in one build, those that do not depend on them, and what is built. A
# company that does not disqualify anybody has fewer exits, and so fewer second journeys.
CORE = "+path:models/marts/core +path:models/marts/conversion +quarantine"
DROPPED = [
    (
        {"sal", "onboarded", "retained", "expanded", "contracted", "churned", "returned"},
        UNTOUCHED | {"awareness"},
        "*",
    ),
    ({"disqualified"}, UNTOUCHED, CORE),
]
# Nobody of the demo company pays again after a churn.
NOT_IN_THE_DEMO = {"returned"}
ADDED = {"engaged": "email_clicked", "supported": "ticket_opened"}


@pytest.fixture(scope="module")
def project(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_in(tmp_path_factory.mktemp("stages") / "project", built)


def _entries(database: Path, where: str = "where stage_entry_number = 1") -> Counter[str]:
    return Counter(dict(query(database, ENTRIES.format(where=where))))


def test_every_table_is_the_same_when_every_stage_has_another_name(
    built: Built, project: Project, tmp_path: Path
) -> None:
    stages = [stage for (stage,) in query(built.database, STAGES)]
    names = {stage: f"{PREFIX}{stage}" for stage in stages}
    project.change(renamed(names, {}))
    fingerprints = project.fingerprints(built, tmp_path / "definition" / built.database.name)
    project.change(renamed(names, fingerprints))
    database = project.build(built, tmp_path / built.database.name)
    assert set(_entries(database)) <= {f"{PREFIX}{stage}" for stage in stages}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{built.database}' as first (read_only)")
        connection.execute(f"attach '{database}' as second (read_only)")
        tables = connection.execute("""
            select table_name from duckdb_tables()
            where database_name = 'first' and schema_name = 'marts' order by all
        """).fetchall()
        assert len(tables) > 20
        differences = {table: _difference(connection, table) for (table,) in tables}
    assert {table: rows for table, rows in differences.items() if rows} == {}


def _difference(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    """Rows of a table that one of the two has alone, by the stages' first names."""
    described = connection.execute(f"describe first.marts.{table}").fetchall()
    columns = [
        f"round({name}, 6) as {name}" if kind == "DOUBLE" else f"{name}::varchar as {name}"
        for name, kind, *_ in described
        if not name.endswith("_key") or name in LASTING_KEYS
    ]
    rows = {
        which: f"select {', '.join(columns)} from {which}.marts.{table}"
        for which in ("first", "second")
    }
    texts = [name for name, kind, *_ in described if kind == "VARCHAR"]
    replaced = ", ".join(f"replace({name}, '{PREFIX}', '') as {name}" for name in texts)
    if texts:
        rows["second"] = f"select * replace ({replaced}) from ({rows['second']})"
    return connection.execute(f"""
        (from ({rows["first"]}) except all from ({rows["second"]}))
        union all (from ({rows["second"]}) except all from ({rows["first"]}))
        limit 3
    """).fetchall()


@pytest.mark.parametrize(("stages", "untouched", "select"), DROPPED)
def test_a_stage_that_is_dropped_does_not_occur_and_the_others_stay(
    built: Built,
    project: Project,
    tmp_path: Path,
    stages: set[str],
    untouched: set[str],
    select: str,
) -> None:
    before = _entries(built.database)
    assert all(before[stage] > 0 for stage in stages - NOT_IN_THE_DEMO)
    project.change(dropped(frozenset(stages)))
    database = project.build(built, tmp_path / built.database.name, select)
    after = _entries(database)
    assert not stages & set(after)
    for stage in untouched:
        assert after[stage] == before[stage], stage
    tables = ["fct_journeys", "open_journeys"]
    tables += ["kpi_reviews_by_period", "plan_targets"] if select == "*" else []
    for table in tables:
        assert query(database, f"select count(*) > 0 from marts.{table}") == [(True,)], table


def _with_more_stages(seed: str, rows: list[Row]) -> list[Row]:
    """One stage more before the lead and one after the win; node, team and limit of others move."""
    if seed == "evidence_kinds":
        stages = {kind: stage for stage, kind in ADDED.items()}
        return [{**row, "stage": stages.get(row["kind"], row["stage"])} for row in rows]
    if seed != "lifecycle_stages":
        return rows
    moved = {
        "mql": {"time_limit_days": "300"},
        "sal": {"planning_node": "prospect", "owner_team": "marketing"},
        "sql": {"planning_node": ""},
    }
    changed: list[Row] = []
    for row in rows:
        changed.append({**row, **moved.get(row["stage"], {})})
        for stage, earlier in (("engaged", "awareness"), ("supported", "customer")):
            if row["stage"] == earlier:
                new = {"stage": stage, "stage_name": stage.title(), "entered_by": "evidence"}
                changed.append({**row, **new, "planning_node": ""})
    return [{**row, "stage_order": str(number)} for number, row in enumerate(changed, start=1)]


@pytest.fixture(scope="module")
def changed(built: Built, project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project.change(_with_more_stages)
    return project.build(built, tmp_path_factory.mktemp("more_stages") / built.database.name)


def test_a_stage_that_is_added_occurs_and_leaves_the_others_alone(
    built: Built, changed: Path
) -> None:
    before, after = _entries(built.database), _entries(changed)
    assert all(after[stage] > 0 for stage in ADDED)
    assert {stage: after[stage] for stage in before} == dict(before)
    evidenced = _entries(changed, "where not is_inferred")
    assert all(evidenced[stage] > 0 for stage in ADDED)
    # What happens after the win has no duration, and leads nowhere.
    for table, column, expected in (
        ("stage_volumes_by_period", "stage", {"engaged", "supported"}),
        ("stage_velocity_by_slice", "stage", {"engaged"}),
        ("fct_journey_steps", "from_stage", {"engaged"}),
    ):
        rows = query(changed, f"select distinct {column} from marts.{table}")
        stages = {stage for (stage,) in rows}
        assert stages & set(ADDED) == expected, table
    steps = query(changed, "select step from marts.fct_journey_steps where to_stage = 'supported'")
    assert set(steps) == {("customer_to_supported",)}


def test_each_ticket_of_a_customer_is_an_event_of_its_own(changed: Path) -> None:
    """A kind of evidence that leads to a stage after the win counts each time, and only then."""
    tickets = """
        select count(*) from intermediate.int_service_events_rows_checked as tickets
        inner join intermediate.int_company_accounts_mapped using (company_key)
        semi join (
            select account_key, min(closed_at) as won_at from marts.dim_opportunities
            where outcome = 'won' group by account_key
        ) as wins using (account_key)
        where reason_code is null and kind = 'ticket_opened'
    """
    events = "select count(*), sum(is_inferred::int) from marts.fct_lifecycle"
    ((count, inferred),) = query(changed, f"{events} where stage = 'supported'")
    assert inferred == 0
    assert 0 < count <= query(changed, tickets)[0][0]


def test_a_planning_node_that_moves_moves_journeys_and_plan(built: Built, changed: Path) -> None:
    counts = "select count(*) from marts.{table} where {condition}"
    journeys = counts.format(table="fct_journeys", condition="has_reached_prospect")
    sals, sqls = (_entries(built.database)[stage] for stage in ("sal", "sql"))
    assert query(built.database, journeys) == [(sqls,)] != query(changed, journeys) == [(sals,)]
    plan = """
        select sum(planned_volume) from marts.plan_weeks
        where scenario = 'base' and node = 'prospect'
    """
    assert query(built.database, plan) != query(changed, plan)


def test_a_team_and_a_time_limit_that_move_move_the_worklists(built: Built, changed: Path) -> None:
    teams = "select distinct owner_team from marts.{table} where stage = 'sal'"
    for table in ("fct_lifecycle", "stage_volumes_by_period"):
        assert query(changed, teams.format(table=table)) == [("marketing",)], table
    late = "select count(*) from marts.open_journeys where stage = 'mql' and is_past_limit"
    assert query(changed, late) < query(built.database, late)
