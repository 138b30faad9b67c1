"""What systems offer, as several builds saw it, and the score that a system gives by itself."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from funnel.demo.generate import generate
from funnel.demo.load import load
from tests.python.conftest import SEED, messages, query
from tests.python.warm_dbt import run_dbt

PEOPLE = 300
APRIL, MAY, JUNE = "2026-04-15", "2026-05-15", "2026-06-15"
CHANGED = """
    select system, name, value, change, cast(snapshotted_at as date)::varchar
    from intermediate.int_setting_changes_detected
    order by all
"""
SCORED = {"salesforce.lead": {"lead_score_c": "Fit_Score__c"}}


def landed(database: Path, moment: str, folder: Path) -> Path:
    """The company as it is landed at a moment."""
    generate(PEOPLE, SEED, datetime.fromisoformat(moment), folder / moment)
    load(folder / moment, database)
    return database


def built(database: Path, select: str, **variables: Any) -> None:
    """Some models, without their tests."""
    no_tests = ["--exclude-resource-type", "test", "unit_test"]
    arguments = ["build", "--quiet", "--select", select, *no_tests]
    outcome = run_dbt(arguments, database, database.parent / "target", variables)
    assert outcome.success, messages(outcome)


def test_a_renamed_status_vanishes_under_the_old_name_and_appears_under_the_new(
    tmp_path: Path,
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    for moment in (APRIL, JUNE):
        built(landed(database, moment, tmp_path), "+int_setting_changes_detected", cutoff=moment)
    expected = [
        ("salesforce", "lead.Status", "Working - Contacted", "vanished", JUNE),
        ("salesforce", "lead.Status", "Working - Nurture", "appeared", JUNE),
    ]
    assert query(database, CHANGED) == expected
    snapshots = "select * from history.history_settings order by all"
    before = query(database, snapshots)
    built(database, "+int_setting_changes_detected", cutoff=MAY)
    assert query(database, snapshots) == before, "a build with an earlier cutoff snapshots nothing"
    assert query(database, CHANGED) == []


def test_a_column_that_is_gone_or_of_another_type_is_an_alert_at_once(tmp_path: Path) -> None:
    database = landed(tmp_path / "revenue_funnel.duckdb", JUNE, tmp_path)
    built(database, "+alerts", cutoff=JUNE)
    found = "select kind, system, subject, severity, owner_team from marts.alerts where kind = {}"
    assert query(database, found.format("'schema_changed'")) == []
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table hubspot.contact drop column property_country")
        connection.execute("alter table salesforce.lead alter number_of_employees type varchar")
        connection.execute("alter table salesforce.lead add column hobby varchar")
        connection.execute("drop table hubspot.deal_pipeline_stage")
    built(database, "+alerts", cutoff="2026-06-16")
    assert sorted(query(database, found.format("'schema_changed'"))) == [
        (
            "schema_changed",
            "hubspot",
            "column contact: property_country vanished",
            "error",
            "marketing",
        ),
        (
            "schema_changed",
            "salesforce",
            "column lead: number_of_employees retyped",
            "error",
            "sales",
        ),
    ]
    assert query(database, found.format("'settings_changed'"))[0][2:4] == (
        "column lead: hobby appeared",
        "notice",
    )


def test_a_custom_field_of_salesforce_is_its_score(tmp_path: Path) -> None:
    database = landed(tmp_path / "revenue_funnel.duckdb", JUNE, tmp_path)
    built(database, "+int_attribute_changes_rows_checked", cutoff=JUNE)
    scored = (
        "select max(lead_score) from intermediate.int_people_rows_checked"
        " where reason_code is null and system = '{}'"
    )
    assert query(database, scored.format("salesforce")) == [(None,)]
    assert query(database, scored.format("hubspot"))[0][0] >= 45
    lead = _score_a_lead(database)
    built(database, "+int_attribute_changes_rows_checked", cutoff=JUNE, source_columns=SCORED)
    assert query(database, scored.format("salesforce")) == [(72,)]
    history = """
        select people.record_id, changes.from_value, changes.value
        from intermediate.int_attribute_changes_rows_checked as changes
        inner join intermediate.int_people_rows_checked as people using (record_key)
        where changes.reason_code is null and changes.attribute = 'lead_score'
            and changes.system = 'salesforce'
    """
    assert query(database, history) == [(lead, "60", "72")]


def _score_a_lead(database: Path) -> str:
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table salesforce.lead add column fit_score_c double")
        lead = connection.execute("select min(id) from salesforce.lead").fetchall()[0][0]
        connection.execute("update salesforce.lead set fit_score_c = 72.0 where id = ?", [lead])
        connection.execute(
            "insert into salesforce.lead_history by name select 'h1' as id, ? as lead_id,"
            " 'Fit_Score__c' as field, '60.0' as old_value, '72.0' as new_value,"
            " timestamp '2026-06-01' as created_date",
            [lead],
        )
    return str(lead)
