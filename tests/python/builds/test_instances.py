"""Two HubSpots whose ids overlap: the demo company's, split in two, counts what it did as one."""

import shutil
from pathlib import Path

import duckdb
import pytest

from funnel.places import ROOT
from funnel.preflight import faults_before
from funnel.variables import project_variables
from tests.python.conftest import Built, build, messages, query
from tests.python.split_hubspot import split_hubspot

SECOND = "hubspot_eu"
BUILT = "+fct_lifecycle +dim_accounts +dim_opportunities +source_reconciliation"
SAME = (
    "select count(distinct person_key) from intermediate.int_record_persons_mapped",
    "select count(*) from marts.dim_accounts",
    "select outcome, opportunity_type, count(*), sum(amount) from marts.dim_opportunities"
    " group by all order by all",
    "select stage, count(*), count(entered_at), count(*) filter (where is_inferred)"
    " from marts.fct_lifecycle group by all order by all",
    # What describes no record (stages, owners) is in both.
    "select replace(system, '_eu', ''), source_table, row_status, reason_code, sum(row_count)"
    " from marts.source_reconciliation where source_table not in"
    " ('deal_pipeline_stage', 'owner', 'property', 'property_option') group by all order by all",
)


@pytest.fixture(scope="module")
def two(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("two") / built.database.name
    shutil.copy(built.database, database)
    assert split_hubspot(database, SECOND) > 500
    systems = project_variables()["systems"]
    given = {
        "systems": {**systems, SECOND: systems["hubspot"]},
        "system_connectors": {SECOND: "hubspot"},
    }
    outcome = build(database, given, database.parent / "target", BUILT)
    assert outcome.success, messages(outcome)
    return database


def test_ids_that_both_have_are_two_records(two: Path) -> None:
    with duckdb.connect(str(two)) as connection:
        for table, key in {"contact": "id", "company": "id", "deal": "deal_id"}.items():
            shared = (
                f"select count(*) from hubspot.{table} semi join {SECOND}.{table} using ({key})"
            )
            ((count,),) = connection.execute(shared).fetchall()
            assert count > 5, table
    keys = (
        "select count(*), count(distinct record_key) from intermediate.int_people_rows_checked"
        " where reason_code is null"
    )
    ((rows, records),) = query(two, keys)
    assert rows == records


@pytest.mark.parametrize("sql", SAME)
def test_a_company_counts_the_same_with_one_hubspot_or_two(
    built: Built, two: Path, sql: str
) -> None:
    assert query(two, sql) == query(built.database, sql) != []


@pytest.mark.parametrize(
    ("systems", "connectors", "words"),
    [
        ({SECOND: ["people"]}, {SECOND: "hubspott"}, f"{SECOND}, and no folder of models/staging"),
        ({SECOND: ["payments"]}, {SECOND: "hubspot"}, f"payments of {SECOND}, and there is no"),
        ({"hubspot": ["people"]}, {SECOND: "hubspot"}, f"{SECOND}, which the var systems does not"),
        ({SECOND: ["people"]}, {SECOND: "hubspot"}, ""),
    ],
)
def test_an_instance_that_nothing_reads_stops_before_the_build(
    tmp_path: Path, systems: object, connectors: object, words: str
) -> None:
    given = {"systems": systems, "system_connectors": connectors}
    found = [fault.sentence for fault in faults_before(ROOT, tmp_path / "none.duckdb", given)]
    about = [sentence for sentence in found if SECOND in sentence]
    assert len(about) == bool(words)
    assert words in "".join(about)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("system_currencies", {"hubspot_ue": "EUR"}),
        ("system_partners", {"hubspot_ue": {"salesforce": "salesforce"}}),
        ("system_partners", {"hubspot": {"salesforce": "hubspot_ue"}}),
    ],
)
def test_a_system_that_is_misspelt_in_another_var_stops_before_the_build(
    tmp_path: Path, name: str, value: object
) -> None:
    found = faults_before(ROOT, tmp_path / "none.duckdb", {name: value})
    said = [fault.sentence for fault in found if "hubspot_ue" in fault.sentence]
    assert said == [f"The var {name} names hubspot_ue, which the var systems does not list."]
