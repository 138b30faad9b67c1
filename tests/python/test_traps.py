"""Known mistakes of other funnels, on rows as connectors load them: each test is a sentence."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import UNTIL, Built, messages, query
from tests.python.warm_dbt import run_dbt

# Two contacts of one address, a third that is made after the cutoff, and one click; flags that are
# null; a contact whose address is another than when it was a lead.
LANDED = """
    insert into hubspot.contact by name
    select landed.* replace (
        990000000 + number as id, address as property_email, null as _fivetran_deleted,
        made as property_createdate, null as property_hs_calculated_merged_vids
    )
    from (select * from hubspot.contact order by id limit 1) as landed
    cross join (
        values (1, 'Twin@Shop.example', timestamp '2026-01-05'),
            (2, 'twin@shop.example', timestamp '2026-01-05'),
            (0, 'twin@shop.example', timestamp '2026-07-05')
    ) as typed (number, address, made);
    insert into hubspot.email_event by name
    select * replace (
        'trap' as id, 'CLICK' as type, 'TWIN@shop.example' as recipient,
        timestamp '2026-01-06' as created, null as filtered_event
    )
    from (select * from hubspot.email_event limit 1);
    update hubspot.contact set _fivetran_deleted = null where not _fivetran_deleted;
    update salesforce.lead set is_deleted = null where not is_deleted;
    update salesforce.contact set email = 'moved@elsewhere.example'
    where id in (
        select converted_contact_id from salesforce.lead where converted_date < '2026-06-01'
        order by id limit 3
    );
"""
PERSON = """
    select people.record_id, resolved.person_key
    from (from intermediate.int_people_rows_checked where reason_code is null) as people
    inner join intermediate.int_record_persons_mapped as resolved using (record_key)
    where people.system = '{system}' and {rows}
    order by all
"""


@pytest.fixture(scope="module")
def trapped(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with some rows more, built up to the touches."""
    folder = tmp_path_factory.mktemp("trapped")
    database = folder / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(LANDED)
    arguments = ["run", "--quiet", "--select", "+int_touches_resolved", "+int_persons_resolved"]
    outcome = run_dbt(arguments, database, folder / "target", {"cutoff": str(UNTIL)})
    assert outcome.success, messages(outcome)
    return database


def test_two_records_of_one_address_double_no_click(trapped: Path) -> None:
    rows = "people.record_id in ('990000001', '990000002')"
    twins = query(trapped, PERSON.format(system="hubspot", rows=rows))
    assert len(twins) == 2
    assert twins[0][1] == twins[1][1]
    touches = "select count(*) from intermediate.int_touches_resolved where person_key = {}"
    assert query(trapped, touches.format(twins[0][1])) == [(1,)]


def test_knowing_who_it_was_neither_adds_nor_drops_a_touch(trapped: Path) -> None:
    usable = """
        select count(*) from intermediate.int_touches_rows_checked
        where reason_code is null and record_key is not null
    """
    found = query(trapped, "select count(*) from intermediate.int_touches_resolved")
    assert found == query(trapped, usable) != [(0,)]


def test_a_deleted_flag_that_is_null_deletes_nothing(trapped: Path) -> None:
    flags = {"hubspot.contact": "_fivetran_deleted", "salesforce.lead": "is_deleted"}
    for table, flag in flags.items():
        system = table.split(".")[0]
        unmarked = f"select count(distinct id) from {table} where {flag} is null"
        landed = query(trapped, unmarked)
        read = f"""
            select count(distinct people.record_id)
            from intermediate.int_people_rows_checked as people
            inner join {table} as landed on people.record_id = landed.id::varchar
            where people.system = '{system}' and people.deleted_at is null
                and landed.{flag} is null
        """
        assert query(trapped, read) == landed
        assert landed[0][0] > 100


def test_what_a_merged_contact_did_belongs_to_whom_it_became(trapped: Path) -> None:
    """The events of the record that lost stand under its id: they are its winner's."""
    merges = """
        select resolved.person_key, winner.person_key, touches.person_key
        from hubspot.contact_merge_audit as merges
        inner join (from intermediate.int_people_rows_checked where reason_code is null) as losers
            on losers.system = 'hubspot' and losers.record_id = merges.vid_to_merge::varchar
        inner join (from intermediate.int_people_rows_checked where reason_code is null) as winners
            on winners.system = 'hubspot' and winners.record_id = merges.canonical_vid::varchar
        left join intermediate.int_record_persons_mapped as resolved
            on losers.record_key = resolved.record_key
        left join intermediate.int_record_persons_mapped as winner
            on winners.record_key = winner.record_key
        inner join (from intermediate.int_touches_rows_checked where reason_code is null) as landed
            on losers.record_key = landed.record_key
        left join intermediate.int_touches_resolved as touches using (touch_key)
        left join intermediate.int_persons_resolved as persons
            on touches.person_key = persons.person_key
    """
    found = query(trapped, merges)
    assert len(found) > 3
    assert all(loser == winner == person for loser, winner, person in found)


def test_a_converted_lead_and_its_contact_are_one_person(trapped: Path) -> None:
    conversions = """
        select leads.person_key, contacts.person_key
        from salesforce.lead as landed
        inner join ({people}) as leads on landed.id = leads.record_id
        inner join ({people}) as contacts on landed.converted_contact_id = contacts.record_id
        where landed.converted_date < '{until}'
    """
    people = PERSON.format(system="salesforce", rows="true")
    found = query(trapped, conversions.format(people=people, until=UNTIL))
    assert len(found) > 10
    assert all(lead == contact for lead, contact in found)
