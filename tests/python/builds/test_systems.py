"""Other systems: fewer, in schemas, tables and columns of other names, or of one's own."""

import shutil
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunnerResult

from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import Built, build, messages, query

VARS = {
    "systems": {
        "hubspot": ["people", "companies", "person_links", "touches", "stage_claims"],
        "stripe": ["people", "companies", "subscriptions", "payments"],
    },
    "source_schemas": {"hubspot": "fivetran_hubspot"},
    "source_tables": {"hubspot.contact": "contacts_v2"},
    "source_columns": {"hubspot.contact": {"property_country": "property_country_code"}},
}
# What depends on the names of schemas, tables and columns, and which rows were read.
READ = "+int_touches_resolved +source_reconciliation +quarantine"


def test_fewer_systems_under_other_names_have_the_same_touches(
    built: Built, tmp_path: Path
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    _move_hubspot(database)
    outcome = build(database, VARS, tmp_path / "target", READ)
    assert outcome.success, outcome.exception
    forms = "select count(*) from intermediate.int_touches_resolved where kind = 'form_submitted'"
    assert query(database, forms) == query(built.database, forms) != [(0,)]
    countries = (
        "select count(distinct country) from intermediate.int_people_rows_checked"
        " where reason_code is null"
    )
    assert query(database, f"{countries} and system = 'hubspot'") == query(
        built.database, f"{countries} and system = 'hubspot'"
    )
    systems = query(
        database, "select distinct system from marts.source_reconciliation order by system"
    )
    assert systems == [("hubspot",), ("stripe",)]


def _move_hubspot(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'hubspot'"
        ).fetchall()
        connection.execute("create schema fivetran_hubspot")
        for (table,) in tables:
            connection.execute(f"create table fivetran_hubspot.{table} as from hubspot.{table}")
        connection.execute("drop schema hubspot cascade")
        connection.execute("alter table fivetran_hubspot.contact rename to contacts_v2")
        connection.execute(
            "alter table fivetran_hubspot.contacts_v2 "
            "rename property_country to property_country_code"
        )


PROJECT = """
name: revenue_funnel
version: 0.1.0
config-version: 2
profile: revenue_funnel
flags: {send_anonymous_usage_stats: false}
vars: {cutoff: "2026-07-01", earliest_date: "1990-01-01", time_zone: UTC, systems: {shop: [people]},
  system_connectors: {}, system_partners: {}, system_currencies: {}, own_attributes: {}}
"""
PEOPLE = """
select
    'a' as record_id,
    {created} as created_at,
    'customers' as source_table,
    'a' as source_key,
    cast(null as varchar) as reason_code
"""


def test_a_staging_model_may_leave_out_what_its_system_lacks(tmp_path: Path) -> None:
    database = tmp_path / "shop.duckdb"
    outcome = _build_shop(database, PEOPLE.format(created="timestamp '2026-01-01'"))
    assert outcome.success, messages(outcome)
    columns = "system, record_id, email, is_test, loaded_at, reason_code, reason_detail"
    found = query(database, f"select {columns} from people_rows")
    assert found == [("shop", "a", None, None, None, None, None)]


def test_a_staging_model_without_a_required_column_stops_the_build(tmp_path: Path) -> None:
    people = PEOPLE.format(created="0").replace("created_at", "born_at")
    outcome = _build_shop(tmp_path / "shop.duckdb", people)
    assert not outcome.success
    assert "stg_shop__people has no column created_at" in messages(outcome)


def _build_shop(database: Path, people: str) -> dbtRunnerResult:
    """A small project with one system of its own."""
    folder = database.parent / "project"
    (folder / "models").mkdir(parents=True)
    for part in ("macros", "profiles.yml"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "models" / "stg_shop__people.sql").write_text(people)
    rows = "{{ union_sources('people', times=['created_at']) }}"
    (folder / "models" / "people_rows.sql").write_text(rows)
    return run_dbt(["run", "--quiet"], database, database.parent / "target", project=folder)
