"""A company with fewer systems, in schemas, tables and columns of other names: by vars alone."""

import shutil
from pathlib import Path

import duckdb

from tests.python.conftest import Built, query
from tools.run_dbt import run_dbt

VARS = {
    "systems": {
        "hubspot": ["people", "companies", "person_links", "touches", "stage_claims"],
        "stripe": ["people", "companies", "subscriptions", "payments"],
    },
    "source_schemas": {"hubspot": "fivetran_hubspot"},
    "source_tables": {"hubspot.contact": "contacts_v2"},
    "source_columns": {"hubspot.contact": {"property_country": "property_country_code"}},
}


def test_fewer_systems_under_other_names_build_and_tell_the_same_forms(
    built: Built, tmp_path: Path
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    _move_hubspot(database)
    outcome = run_dbt(["build", "--quiet"], database, tmp_path / "target", VARS)
    assert outcome.success, outcome.exception
    told = "select count(*) from intermediate.int_touches_resolved where kind = 'form_submitted'"
    assert query(database, told) == query(built.database, told) != [(0,)]
    countries = "select count(distinct country) from intermediate.int_people_unioned"
    assert query(database, f"{countries} where system = 'hubspot'") == query(
        built.database, f"{countries} where system = 'hubspot'"
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
