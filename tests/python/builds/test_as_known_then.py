"""What was known of a company and when: with a history, without one, and when builds are missed."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import UNTIL, Built, build, messages, query

EARLIER, LATER = "2026-05-01", "2026-06-28"
HISTORY = """
    create table if not exists hubspot.company_property_history (
        company_id bigint, name varchar, source varchar, source_id varchar, value varchar,
        timestamp timestamp, _fivetran_synced timestamp
    )
"""
CHANGES = """
    insert into hubspot.company_property_history (company_id, name, value, timestamp)
    select id, 'numberofemployees', employees, moment from (
        select id, property_createdate as moment, '10' as employees
        from hubspot.company
        where id = {company}
        union all values
            ({company}, timestamp '2026-05-10', '400'),
            ({company}, timestamp '2026-06-10', '900'),
            ({company}, timestamp '2026-06-10 00:00:01', 'many'),
            ({company}, timestamp '2026-07-02', '5000')
    )
"""
EMPLOYEES = """
    select distinct intervals.value::bigint, intervals.valid_from::date::varchar
    from intermediate.int_attribute_values_dated as intervals
    inner join intermediate.int_company_accounts_mapped as accounts
        on intervals.entity = 'companies' and intervals.entity_key = accounts.account_key
    inner join intermediate.int_companies_rows_checked as companies using (company_key)
    where companies.reason_code is null
        and companies.system = '{system}' and companies.company_record_id = '{company}'
        and intervals.attribute = 'employees'
    order by all
"""
# Only tests of what is built: the rest of the database is of another cutoff.
DATED = "+int_person_attributes_dated --indirect-selection buildable"


@pytest.fixture
def landed(built: Built, tmp_path: Path) -> Path:
    """The demo company, without any snapshot of its records."""
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    _write(database, "drop table history.history_attribute_values")
    return database


def test_a_missed_build_loses_no_history(landed: Path, tmp_path: Path) -> None:
    company = _company_of(landed, "hubspot")
    _write(landed, f"{HISTORY}; delete from hubspot.company_property_history")
    _write(landed, CHANGES.format(company=company))
    once = tmp_path / "once" / landed.name
    once.parent.mkdir()
    shutil.copy(landed, once)
    for database, cutoffs in ((landed, (EARLIER, LATER)), (once, (LATER,))):
        for cutoff in cutoffs:
            _build(database, cutoff, tmp_path)
    employees = EMPLOYEES.format(system="hubspot", company=company)
    expected = [(10, "1900-01-01"), (400, "2026-05-10"), (900, "2026-06-10")]
    assert query(landed, employees) == query(once, employees) == expected
    dated = "from intermediate.int_person_attributes_dated order by all"
    assert query(landed, dated) == query(once, dated)


def test_an_unreadable_value_is_in_quarantine(landed: Path, tmp_path: Path) -> None:
    _write(landed, f"{HISTORY}; delete from hubspot.company_property_history")
    _write(landed, CHANGES.format(company=_company_of(landed, "hubspot")))
    read = (
        "stg_sources__row_counts stg_hubspot__attribute_changes"
        " int_attribute_changes_rows_checked quarantine source_reconciliation"
    )
    _build(landed, str(UNTIL), tmp_path, read)
    statuses = query(
        landed,
        "select reason_code, row_count from marts.source_reconciliation "
        "where source_table = 'company_property_history' and row_status = 'quarantined' "
        "order by all",
    )
    assert statuses == [("after_cutoff", 1), ("unreadable_value", 1)]


def test_without_a_history_a_value_holds_from_the_build_that_first_saw_it(
    landed: Path, tmp_path: Path
) -> None:
    company = _company_of(landed, "salesforce")
    account = f"where id = '{company}'"
    before = query(landed, f"select number_of_employees from salesforce.account {account}")
    _write(landed, "update hubspot.company set property_numberofemployees = null")
    _write(landed, "delete from hubspot.company_property_history")
    _build(landed, EARLIER, tmp_path)
    _write(landed, f"update salesforce.account set number_of_employees = 7777 {account}")
    _build(landed, LATER, tmp_path)
    employees = EMPLOYEES.format(system="salesforce", company=company)
    first = (before[0][0], "1900-01-01")
    assert query(landed, employees) == [first, (7777, LATER)]
    _build(landed, EARLIER, tmp_path)
    assert query(landed, employees) == [first]
    snapshots = "select count(*) from history.history_attribute_values where snapshot_number > 1"
    assert query(landed, snapshots) == [(1,)], "a build that looks back takes no snapshot"


def _company_of(database: Path, system: str) -> Any:
    """The id of one of a system's older companies."""
    table, created = {
        "hubspot": ("hubspot.company", "property_createdate"),
        "salesforce": ("salesforce.account", "created_date"),
    }[system]
    return query(database, f"select min(id) from {table} where {created} < '2026-01-01'")[0][0]


def _build(database: Path, cutoff: str, folder: Path, select: str = DATED) -> None:
    outcome = build(database, {"cutoff": cutoff}, folder / "target", select)
    assert outcome.success, messages(outcome)


def _write(database: Path, sql: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)
