"""Five persons are erased: nothing of them is kept anywhere, and closed periods stay as they were.

What must be gone is what their records say and nobody else's: names, addresses, telephone numbers,
ids."""

import csv
import json
import re
import shlex
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from jinja2 import Environment

from funnel import publish
from funnel.alerts.ledger import ledger_path
from funnel.cli import funnel
from funnel.erasure.command import erase_persons
from funnel.erasure.copies import clear_file
from funnel.erasure.find import Found, Warehouse, find_persons
from funnel.erasure.kept import kept_path
from funnel.erasure.listed import (
    ADDRESS,
    LETTERS,
    Listed,
    addresses_in,
    name_words,
    normal_address,
)
from funnel.erasure.prepare import is_built_before_an_erasure, prepare_copy
from funnel.erasure.remember import Memory
from funnel.erasure.rows import _silence, _their_rows
from funnel.erasure.secret import ErasureError, key_of, keyed_hash, make_secret, secret_path
from funnel.history import HistoryError, backup, restore
from funnel.places import DATABASE, ROOT
from funnel.publish import FACTS, remove_from_before
from tests.python.conftest import NAME, NO_TESTS, Built, messages, query
from tests.python.warm_dbt import run_dbt

# A person of each kind: records in several systems, tickets, a customer, nothing but clicks.
PERSONS = """
    with persons as (
        select
            persons.person_key,
            count(distinct records.system) as systems,
            bool_or(records.system = 'zendesk') as has_tickets,
            bool_or(records.system = 'stripe') as is_customer,
            min(records.system || ',' || records.record_id) as record,
            min(addresses.address) as address
        from (from intermediate.int_people_rows_checked where reason_code is null) as records
        inner join intermediate.int_record_persons_mapped as persons
            on records.record_key = persons.record_key
        inner join intermediate.int_emails_normalized as addresses
            on records.record_key = addresses.record_key and addresses.link_blocked_reason is null
        group by persons.person_key
    ),
    kinds as (
        select persons.person_key, count(*) as touches, bool_and(kind = 'email_clicked') as clicks
        from (from intermediate.int_touches_rows_checked where reason_code is null) as touches
        inner join intermediate.int_record_persons_mapped as persons
            on touches.record_key = persons.record_key
        group by persons.person_key
    )
    select address, record from persons left join kinds on persons.person_key = kinds.person_key
    where {kind} order by touches desc, address limit 1
"""
KINDS = (
    "systems >= 2 and not has_tickets and not is_customer",
    "is_customer and systems >= 2",
    "has_tickets and not is_customer",
    "coalesce(clicks, false)",
    "systems = 1 and not is_customer and not coalesce(clicks, false)",
)
ROWS_OF_PEOPLE = """
    select system, record_id, row_json from (
        select 'hubspot' as system, record_id, row_json from staging.stg_hubspot__people
        union all select 'salesforce', record_id, row_json from staging.stg_salesforce__people
        union all select 'stripe', record_id, row_json from staging.stg_stripe__people
        union all select 'zendesk', record_id, row_json from staging.stg_zendesk__people
    )
"""
# Rows read, the history, and the totals of each subject. What is left out (plans, drift, reviews)
# is made of these tables, and takes most of the time of a build.
SELECTED = (
    "+quarantine", "+source_reconciliation", "+history_person_ids", "+history_stage_counts",
    "+kpi_sales_by_period", "+kpi_mrr_by_period", "+stage_volumes_by_period", "+worklists",
    "+conversion_cohorts", "+fct_payments", "+stage_velocity_by_slice", "+win_rates_by_trait",
)  # fmt: skip
# An attribute of the company's own that says who somebody is.
OWN_ATTRIBUTES = {
    "family_name": {
        "entity": "people",
        "type": "text",
        "columns": {"hubspot.contact": "property_lastname", "salesforce.contact": "last_name"},
    }
}
# What the erased rows themselves are: that is what has changed.
OF_ROWS = ("quarantine", "source_reconciliation")
MARTS = """
    select table_name, list(column_name order by ordinal_position)
    from information_schema.columns where table_schema = 'marts' and column_name not like '%\\_key'
        escape '\\' and column_name not like '%\\_id' escape '\\' and column_name not like '%url'
    group by table_name order by table_name
"""
# How an address can be written when it comes once more, or who is asked for in a list.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda address: address.replace("@", "+new@").title(),
    lambda address: "".join(chr(ord(sign) + 65248) for sign in address),
    lambda address: address.replace("o", "\u043e"),
    lambda address: f"mailto:{address}?subject=hello",
    lambda address: f'"Liam, at home" <{address}>!',
    lambda address: "".join(chr(ord(s) + 120205) if s.isalpha() else s for s in address.lower()),
)
AGAIN = [str(9990001 + number) for number in range(len(SPELLINGS))]
# Customers of billing that come after the erasure, from after the cutoff: no total has them.
LATER = "2026-07-02 08:00:00"
CUSTOMERS = (
    ("cus_private", "Liam at home", 0),
    ("cus_company", "Timber Works", 1),
    ("cus_own_name", "{last}, {first}", 1),
)


@dataclass(frozen=True)
class Erased:
    """The company before and after, who was erased, and what only their records say."""

    before: Path
    after: Path
    printed: str
    listed: tuple[str, ...]
    canaries: frozenset[str]
    deleted: Path


@pytest.fixture(scope="module")
def erased(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    folder = tmp_path_factory.mktemp("erasure")
    database = folder / NAME
    shutil.copy(built.database, database)
    listed = [query(database, PERSONS.format(kind=kind))[0] for kind in KINDS]
    # Four by an address, as a person would write it, and one by an id.
    lines = [str(address).upper() for address, _ in listed[:4]] + [str(listed[4][1])]
    (folder / "persons.txt").write_text("# asked on 1 July\n\n" + "\n".join(lines) + "\n")
    addresses = [str(address) for address, _ in listed]
    canaries = frozenset(_canaries(database, addresses))
    _send_messages(database, min(canaries))
    printed = _follow_the_page(database, folder)
    _change_the_sources(database, addresses, folder / "rows_to_delete.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATABASE, str(database))
        prepare_copy(database, secret_path(database))
    arguments = ["build", "--quiet", *NO_TESTS, "--select", *SELECTED]
    variables = {**built.vars, "own_attributes": OWN_ATTRIBUTES}
    outcome = run_dbt(arguments, database, folder / "target", variables)
    assert outcome.success, messages(outcome)
    return Erased(
        built.database, database, printed, tuple(addresses), canaries, folder / "rows_to_delete.csv"
    )


def _canaries(database: Path, addresses: list[str]) -> set[str]:
    """Names, addresses, telephone numbers and ids that no other record of anybody contains."""
    rows = query(database, ROWS_OF_PEOPLE)
    companies = (
        "select name, domain, company_record_id from intermediate.int_companies_rows_checked"
        " where reason_code is null"
    )
    others = str(query(database, companies))
    users = "select name from intermediate.int_users_rows_checked where reason_code is null"
    others += str(query(database, users))
    records = {
        (str(system), str(record_id))
        for address in addresses
        for system, record_id in query(database, RECORDS.format(address=address))
    }
    theirs, others = set[str](), others.lower()
    for system, record_id, row in rows:
        if (system, record_id) in records:
            theirs |= {record_id.lower(), *addresses_in(row)}
            theirs |= {
                str(value).lower()
                for name, value in json.loads(row).items()
                if value is not None
                and re.search("name|mail|phone", name)
                and "company" not in name
            }
        else:
            others += row.lower()
    return {text for text in theirs if len(text) > 4 and text not in others}


RECORDS = """
    select records.system, records.record_id
    from (from intermediate.int_people_rows_checked where reason_code is null) as records
    inner join intermediate.int_record_persons_mapped as persons
        on records.record_key = persons.record_key
    where persons.person_key in (
        select persons.person_key from intermediate.int_emails_normalized as addresses
        inner join intermediate.int_record_persons_mapped as persons
            on addresses.record_key = persons.record_key
        where addresses.address = '{address}'
    )
"""


def _send_messages(database: Path, canary: str) -> None:
    """One message names a person; the other must stay as it is."""
    with sqlite3.connect(ledger_path(database)) as connection:
        connection.execute(
            "create table messages (message_key text, channel text, body text, tries integer,"
            " written_at text, sent_at text)"
        )
        for key, text in (("named", f"Call {canary} back"), ("other", "Six rows are missing")):
            connection.execute(
                "insert into messages values (?, 'file', ?, 1, '2026-07-01', '2026-07-01')",
                (key, json.dumps({"text": text})),
            )
    connection.close()


def _follow_the_page(database: Path, folder: Path) -> str:
    """The commands of docs/erasure.md, in order."""
    page = (ROOT / "docs" / "erasure.md").read_text()
    commands = re.findall(r"^funnel erase .*$", page, re.MULTILINE)
    assert len(commands) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv(DATABASE, str(database))
        done = [CliRunner().invoke(funnel, shlex.split(each)[1:]) for each in commands]
    assert [each.exit_code for each in done] == [0, 0], done[-1].output
    return "".join(each.output for each in done)


def _change_the_sources(database: Path, addresses: list[str], listed: Path) -> None:
    """Their owner deletes the listed rows of three systems; the fourth delivers them again, one
    person comes back under other ids, and there are later customers."""
    rows = list(csv.reader(listed.read_text().splitlines()))[1:]
    with duckdb.connect(str(database)) as connection:
        columns = {
            (system, table): ", ".join(f'cast("{name}" as varchar)' for name in names)
            for system, table, names in connection.execute(
                "select table_schema, table_name, list(column_name)"
                " from information_schema.columns group by all"
            ).fetchall()
        }
        for system, table, key, to_do in rows:
            if to_do != "delete":
                connection.execute(
                    f'update {system}."{table}" set phone = null,'
                    " email = 'billing@' || split_part(email, '@', 2) where id = ?",
                    [key],
                )
            elif system != "hubspot":
                connection.execute(
                    f'delete from {system}."{table}"'
                    f" where list_has_all([{columns[system, table]}], $1)",
                    [[part for part in key.split("|") if part]],
                )
        for record_id, spell in zip(AGAIN, SPELLINGS, strict=True):
            connection.execute(
                f"insert into hubspot.contact by name select * replace ({record_id} as id,"
                " $1 as property_email) from hubspot.contact limit 1",
                [spell(addresses[0])],
            )
        _add_customers(connection, addresses)


def _add_customers(connection: duckdb.DuckDBPyConnection, addresses: list[str]) -> None:
    for record_id, name, number in CUSTOMERS:
        address = addresses[number]
        first, last = re.sub("[0-9]", "", address.partition("@")[0]).split(".")
        values = [record_id, name.format(first=first.title(), last=last.title()), address.upper()]
        connection.execute(
            "insert into stripe.customer by name select * replace ($1 as id, $2 as name,"
            f" $3 as email, null as metadata, timestamp '{LATER}' as created)"
            " from stripe.customer limit 1",
            values,
        )
        connection.execute(
            "insert into stripe.charge by name select * replace ('ch_' || $1 as id,"
            f" $1 as customer_id, timestamp '{LATER}' as created) from stripe.charge"
            " where paid order by id limit 1",
            [record_id],
        )


def test_nothing_of_the_erased_is_in_a_new_file(erased: Erased, tmp_path: Path) -> None:
    """Byte by byte, uncompressed, the history and quarantine included; staging is the sources'."""
    path = tmp_path / "new.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f"attach '{erased.after}' as revenue_funnel (read_only)")
        for schema, table in _kept_tables(erased.after):
            connection.execute(f'create schema if not exists "{schema}"')
            name = f'"{schema}"."{table}"'
            connection.execute(f"create table {name} as from revenue_funnel.{name}")
        connection.execute("checkpoint")
    # Seven digits may be part of a key: the next test looks at whole values.
    wanted = [text.lower() for text in erased.canaries if len(text) > 8 or not text.isdigit()]
    assert len(wanted) > 15
    content = path.read_bytes().lower()
    assert [text for text in wanted if text.encode() in content] == []


def test_nothing_of_the_erased_is_in_a_row(erased: Erased) -> None:
    """Each column of each table, quarantined rows and numbers included: whole values and words."""
    assert _found_in(erased.before, erased.canaries) != []
    assert _found_in(erased.after, erased.canaries) == []


def _found_in(database: Path, canaries: frozenset[str]) -> list[tuple[str, str, str]]:
    words = "|".join(re.escape(text.lower()) for text in sorted(canaries))
    pattern = f"(?:^|[^a-z0-9])({words})(?:$|[^a-z0-9])".replace("'", "''")
    found = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table in _kept_tables(database):
            rows = connection.execute(
                f"select distinct regexp_extract(text, '{pattern}', 1) from (select"
                f' lower(to_json(landed)::varchar) as text from "{schema}"."{table}" as landed)'
                f" where regexp_matches(text, '{pattern}')"
            ).fetchall()
            found += [(schema, table, text) for (text,) in rows]
    return found


def _kept_tables(database: Path) -> list[tuple[str, str]]:
    found = query(
        database,
        "select table_schema, table_name from information_schema.tables where table_schema in"
        " ('marts', 'intermediate', 'history', 'seeds', 'operations') order by all",
    )
    assert len(found) > 130
    return [(str(schema), str(table)) for schema, table in found]


def test_closed_periods_stay_as_they_were(erased: Erased) -> None:
    """Every row of every published table, without keys and ids."""
    differing, shared = {}, dict(query(erased.before, MARTS))
    for table, _ in query(erased.after, MARTS):
        if table not in OF_ROWS:
            # The attribute of the company's own was not there before.
            sql = f"select {', '.join(shared[table])} from marts.{table}"
            before, after = (Counter(query(path, sql)) for path in (erased.before, erased.after))
            differing[table] = [*(before - after), *(after - before)]
    assert len(differing) > 15
    assert {table: rows[:4] for table, rows in differing.items() if rows} == {}


def test_the_rows_of_the_erased_are_in_quarantine_without_a_word(erased: Erased) -> None:
    rows = query(
        erased.after,
        "select source_row_id, row_json, reason from marts.quarantine where reason_code = 'erased'",
    )
    assert len(rows) > 10
    assert {row_json for _, row_json, _ in rows} == {None}
    assert all(re.fullmatch("erased [0-9a-f]{16}", str(key)) for key, _, _ in rows)


def test_who_was_erased_is_known_in_any_spelling(erased: Erased) -> None:
    ids = f"where record_id in {tuple(AGAIN)}"
    again = f"select count(*) from staging.stg_hubspot__people {ids}"
    assert query(erased.after, again) == [(len(AGAIN),)]
    emails = f"select email from intermediate.int_people_rows_checked {ids} and reason_code is null"
    assert query(erased.after, emails) == []
    usual = erased.listed[0]
    assert {normal_address(spell(usual)) for spell in SPELLINGS[:3]} == {usual}
    for spell in SPELLINGS[3:]:
        assert addresses_in(spell(usual)) == {usual}
    assert normal_address("Ann.Miller+x@GoogleMail.com.") == "annmiller@gmail.com"


def test_the_company_of_an_erased_person_stays_with_its_name(erased: Erased) -> None:
    """And a customer that comes later is the person, or not, by its address and name."""
    old = (
        "select name, domain from"
        " (from intermediate.int_companies_rows_checked where reason_code is null)"
        " where system = 'stripe' order by company_record_id"
    )
    assert query(erased.after, old) == query(erased.before, old)
    assert re.search("The customer stripe,cus_[0-9]+ stays as the company", erased.printed)
    later = (
        "select companies.company_record_id, companies.name, count(payments.payment_key)"
        " from intermediate.int_companies_rows_checked as companies"
        " inner join intermediate.int_payments_rows_checked as payments"
        " on companies.company_key = payments.company_key"
        f" where companies.created_at = '{LATER}' and companies.system = 'stripe' group by all"
    )
    found = {str(key)[:7]: (name, count) for key, name, count in query(erased.after, later)}
    assert found["cus_com"] == ("Timber Works", 1)
    assert found["erased-"] == (None, 1)
    assert len(query(erased.after, later)) == 3
    in_rows = f"select row_json from marts.quarantine where row_json like '%{erased.listed[1]}%'"
    assert query(erased.after, in_rows.replace(" like ", " ilike ")) == []


def test_rows_read_are_still_all_accounted_for(erased: Erased) -> None:
    law = (
        ROOT / "tests" / "sources" / "every_source_row_is_counted_or_quarantined.sql"
    ).read_text()
    sql = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"marts.\1", law)
    assert query(erased.after, sql) == []


def test_the_memory_is_no_list(erased: Erased) -> None:
    """Hashes that nobody can make without the secret, which is in a file that its owner reads."""
    file = secret_path(erased.after)
    assert file.stat().st_mode & 0o777 == 0o600
    secret = file.read_text().strip()
    kept = {
        digest
        for (digest,) in query(
            erased.after,
            "select identifier_hash from history.erased_identifiers where kind = 'address'",
        )
    }
    assert {
        keyed_hash(secret, "address", normal_address(each)) for each in erased.listed[:4]
    } <= kept
    other = make_secret(file.with_name("other.secret"))
    assert not {keyed_hash(other, "address", each) for each in erased.listed} & kept


def test_the_list_for_the_owner_names_each_landed_row(erased: Erased) -> None:
    rows = list(csv.reader(erased.deleted.read_text().splitlines()))[1:]
    tables = {f"{system}.{table}" for system, table, _, _ in rows}
    assert tables >= {"hubspot.contact", "hubspot.email_event", "stripe.customer", "zendesk.ticket"}
    # The customer is a company, which pays on.
    cleared = {table for _, table, _, to_do in rows if to_do != "delete"}
    assert cleared == {"customer"}
    assert f"lists the {len(rows)} rows" in erased.printed


def test_messages_that_name_the_erased_are_emptied(erased: Erased) -> None:
    with sqlite3.connect(ledger_path(erased.after)) as connection:
        bodies = dict(connection.execute("select message_key, body from messages").fetchall())
    connection.close()
    assert bodies == {"named": "{}", "other": '{"text": "Six rows are missing"}'}


def test_publications_from_before_are_removed(tmp_path: Path) -> None:
    times = {"one": "2026-07-01T05:15:00Z", "two": "2026-07-02T05:15:00Z"}
    for name, moment in times.items():
        folder = tmp_path / "publications" / name
        folder.mkdir(parents=True)
        (folder / FACTS).write_text(json.dumps({"published_at": moment}))
    out = tmp_path / "published.duckdb"
    assert remove_from_before(out, None) == []
    assert remove_from_before(out, datetime(2026, 7, 2)) == ["one"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ann", "is neither an e-mail address nor a system and an id"),
        ("pipedrive,7", "there is no system “pipedrive”; use"),
        ("# nobody", "lists nobody"),
    ],
)
def test_a_wrong_list_erases_nobody(erased: Erased, tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "persons.txt").write_text(line + "\n")
    arguments = [
        "erase",
        "--database",
        str(erased.after),
        "--list",
        str(tmp_path / "persons.txt"),
    ]
    done = CliRunner().invoke(funnel, arguments)
    assert done.exit_code == 1
    assert words in done.output
    assert "Nobody was erased." in done.output


def test_a_build_without_the_secret_stops(erased: Erased, tmp_path: Path) -> None:
    """By `funnel build` and by dbt alone: neither lets the erased in again."""
    database = tmp_path / NAME
    shutil.copy(erased.after, database)
    with pytest.raises(ErasureError, match="let in again"):
        prepare_copy(database, tmp_path / "erasure.secret")
    make_secret(secret_path(database))
    outcome = run_dbt(
        ["run", "--quiet", "--select", "int_people_rows_checked"], database, tmp_path / "target"
    )
    assert not outcome.success
    assert "another one than" in messages(outcome)


def test_a_backup_from_before_that_is_restored_is_rewritten(erased: Erased, tmp_path: Path) -> None:
    """The ids of the erased come back with it, and go before the next build."""
    database = tmp_path / NAME
    shutil.copy(erased.after, database)
    listed = ", ".join(f"'{address}'" for address in erased.listed)
    keys = [
        key
        for (key,) in query(
            erased.before,
            "select distinct record_key from intermediate.int_emails_normalized"
            f" where address in ({listed})",
        )
    ]
    known = f"select count(*) from history.history_person_ids where record_key in {tuple(keys)}"
    assert query(database, known) == [(0,)]
    rows = tmp_path / "history.parquet"
    with duckdb.connect(str(erased.before), read_only=True) as connection:
        connection.execute(f"copy history.history_person_ids to '{rows}' (format parquet)")
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from history.history_person_ids")
        connection.execute(f"insert into history.history_person_ids by name from '{rows}'")
    assert query(database, known)[0][0] >= len(keys)
    prepare_copy(database, secret_path(erased.after))
    assert query(database, known) == [(0,)]


def test_a_backup_from_before_does_not_bring_them_back_into_a_new_file(
    erased: Erased, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ids are rewritten on the way in; where nobody knows who was erased, nothing goes in."""
    monkeypatch.setenv("REVENUE_FUNNEL_ERASURE_SECRET", str(secret_path(erased.after)))
    backup(erased.before, tmp_path / "backup")
    database = tmp_path / NAME
    with pytest.raises(HistoryError, match="they would come back"):
        restore(database, tmp_path / "backup")
    shutil.copytree(kept_path(erased.after), kept_path(database))
    restore(database, tmp_path / "backup")
    listed = ", ".join(f"'{address}'" for address in erased.listed)
    keys_of = (
        "select distinct record_key from intermediate.int_emails_normalized"
        f" where address in ({listed})"
    )
    known = [key for (key,) in query(erased.before, keys_of)]
    for column in ("record_key", "person_key"):
        sql = f"select count(*) from history.history_person_ids where {column} in {tuple(known)}"
        assert query(erased.before, sql)[0][0] > 0
        assert query(database, sql) == [(0,)]
    memory = "select count(*) from history.erased_identifiers"
    assert query(database, memory) == query(erased.after, memory)
    monkeypatch.setenv("REVENUE_FUNNEL_ERASURE_SECRET", str(tmp_path / "none"))
    with pytest.raises(HistoryError, match="their secret is not in"):
        restore(database, tmp_path / "backup", force=True)


def test_a_new_warehouse_knows_who_was_erased(erased: Erased, tmp_path: Path) -> None:
    """Its file was deleted, and the next build begins with none."""
    database = tmp_path / NAME
    prepare_copy(database, secret_path(erased.after), kept_path(erased.after))
    memory = "select kind, identifier_hash from history.erased_identifiers order by all"
    assert query(database, memory) == query(erased.after, memory) != []


def _small_warehouse() -> Warehouse:
    """Ann (contact 501, customer cus_1 in billing), and what is near her: Bob, whose record
    mentions her address, and the company 501."""
    connection = duckdb.connect()
    connection.execute("create schema operations; create schema s")
    connection.execute("create table operations.settings (name varchar, value varchar)")
    tables = {
        "int_people_rows_checked(system, record_id, record_key, company_key)": [
            "('crm', '501', 1, 11), ('crm', '502', 2, null), ('billing', 'cus_1', 3, 3),",
            "('billing', 'cus_2', 4, 4), ('billing', 'cus_3', 5, 5), ('billing', 'cus_4', 6, 6),",
            "('billing', 'cus_5', 7, 7)",
        ],
        "int_record_persons_mapped(record_key, person_key)": [
            "(1, 100), (2, 200), (3, 100), (4, 100), (5, 100), (6, 100), (7, 100)"
        ],
        "int_emails_normalized(record_key, address, link_blocked_reason)": [
            "(1, 'ann@acme.com', null), (2, 'bob@acme.com', null), (3, 'ann@acme.com', null)"
        ],
        # The keys of record 501 and of company 501 are made of the same system and id.
        "int_companies_rows_checked"
        "(system, company_record_id, company_key, is_person, name, domain)": [
            "('crm', '501', 1, false, 'Acme', 'acme.com'),",
            "('billing', 'cus_1', 3, false, 'Miller, Ann', 'acme.com'),",
            "('billing', 'cus_2', 4, false, 'Acme', 'gmail.com'),",
            "('billing', 'cus_3', 5, false, 'Bakery', 'gmail.com'),",
            "('billing', 'cus_4', 6, false, 'Bakery', 'bakery.com'),",
            "('billing', 'cus_5', 7, false, 'Bakery', 'gmail.com')",
        ],
        "int_company_accounts_mapped(company_key, account_key, match_method)": [
            "(1, 10, null), (3, 10, 'its_person'), (4, 10, 'its_person'), (5, 50, null),",
            "(6, 60, null), (7, 10, 'company_id')",
        ],
        "email_domains(domain)": ["('gmail.com')"],
        "history_person_ids(record_key, person_key, snapshot_number, is_look_back)": [
            # 91 is gone from its system, as is 90, for which the person was named; 92 went to Bob.
            "(1, 100, 1, false), (91, 100, 1, false), (92, 100, 1, false), (92, 200, 2, false)"
        ],
        "stg_crm__people(record_id, email, row_json)": [
            '(\'501\', \'ann@acme.com\', \'{"first_name": "Ann", "last_name": "Miller"}\'),',
            "('503', 'Ann@acme.com', '{}'),",
            "('502', 'bob@acme.com', '{\"about\": \"referred by ann@acme.com\"}')",
        ],
    }
    names = []
    for shape, rows in tables.items():
        name, _, columns = shape.removesuffix(")").partition("(")
        names.append(f"('{name}', 's')")
        connection.execute(
            f"create table s.{name} as select *, null::varchar as reason_code"
            f" from (values {' '.join(rows)}) as rows ({columns})"
        )
    connection.execute(
        "create table operations.relations as"
        f" from (values {', '.join(names)}) as rows (relation_name, schema_name)"
    )
    return Warehouse(connection)


def test_whoever_only_mentions_an_address_or_shares_a_number_is_not_erased() -> None:
    found = find_persons(_small_warehouse(), Listed(frozenset({"ann@acme.com"}), frozenset()))
    customers = {("billing", f"cus_{number}") for number in range(1, 6)}
    assert set(found.records) == {("crm", "501"), *customers}
    # 503 is no usable record, but has the address as its own; company 501 is no customer of hers.
    assert found.others == {("crm", "503")}
    assert not set(found.companies) - customers


def test_a_customer_is_the_person_or_a_company() -> None:
    """1 has her name, at the domain of a company; 3 has a private address and nothing of a company.
    2 has a company's name, 4 a company's domain, 5 a company's id: they stay."""
    small, ann = _small_warehouse(), frozenset({"ann@acme.com"})
    found = find_persons(small, Listed(ann, frozenset()))
    assert {record_id for _, record_id in found.companies} == {"cus_1", "cus_3"}
    assert {record_id for _, record_id in found.staying} == {"cus_2", "cus_4", "cus_5"}
    # A list that names the customer itself says that it is the person.
    found = find_persons(small, Listed(ann, frozenset({("billing", "cus_4")})))
    assert ("billing", "cus_4") in found.companies


def test_keys_of_records_that_are_gone_are_found_in_the_history() -> None:
    found = find_persons(_small_warehouse(), Listed(frozenset({"ann@acme.com"}), frozenset()))
    assert found.earlier_keys == {91, 100}


def test_lines_of_the_message_file_that_name_the_erased_are_emptied(tmp_path: Path) -> None:
    file = tmp_path / "alerts.jsonl"
    lines = [json.dumps({"key": str(n), "text": text}) for n, text in enumerate(("Zoë", "Bob"))]
    file.write_text("\n".join([*lines, "not JSON, by Zo\u00eb"]) + "\n")
    assert clear_file(file, ["zoë"]) == 2
    assert file.read_text().splitlines() == ['{"key": "0"}', lines[1], "{}"]
    assert clear_file(None, ["zoë"]) == clear_file(tmp_path / "none", ["zoë"]) == 0


def test_a_staging_model_that_does_not_say_whose_its_rows_are_is_named() -> None:
    small = _small_warehouse()
    small.connection.execute(
        "create table s.stg_crm__touches as select 't1' as touch_id, 'visit' as kind;"
        "create table s.stg_crm__stage_claims as select '501' as record_id, 'MQL' as label"
    )
    for name in ("stg_crm__touches", "stg_crm__stage_claims"):
        small.names[name] = f"s.{name}"
    found = find_persons(small, Listed(frozenset({"ann@acme.com"}), frozenset()))
    theirs = [
        len(list(_their_rows(small, "crm", entity, f"stg_crm__{entity}", found)))
        for entity in ("touches", "stage_claims")
    ]
    assert theirs == [0, 1]
    assert "has neither record_id nor row_json" in _silence(small, "touches", "stg_crm__touches")[0]
    assert _silence(small, "stage_claims", "stg_crm__stage_claims") == []


def test_records_without_an_anonymous_row_get_keys_of_their_own_in_the_history() -> None:
    gone = {("crm", "1"), ("crm", "2")}
    connection = duckdb.connect()
    connection.execute("create schema history")
    connection.execute(
        "create table history.history_person_ids (record_key bigint, person_key bigint,"
        " previous_person_key bigint, other_record_key bigint)"
    )
    for each in gone:
        key = key_of(*each)
        connection.execute(
            "insert into history.history_person_ids values (?, ?, null, null)", [key, key]
        )
    memory = Memory(connection, "history", "a" * 128)
    memory.make_tables()
    memory.add(Found(others=gone), [], True)
    memory.rewrite(5)
    for column in ("record_key", "person_key"):
        keys = connection.execute(f"select {column} from history.history_person_ids").fetchall()
        assert len(set(keys)) == 2
        assert not {(None,), *((key_of(*each),) for each in gone)} & set(keys)


def test_a_build_reads_addresses_as_the_command_does() -> None:
    """The macros by which a build hashes, and the Python by which the list is hashed."""
    texts = [
        "Ann.Miller+x@GoogleMail.com.",
        SPELLINGS[1]("ANN@acme.com"),
        "mailto:ann@acme.com?subject=hi",
        '"Ann" <ann@acme.com>!',
        "o'brien@acme.com",
        '{"email":"ann@acme.com","b":"x@y.de"}',
        "ann@@acme.com",
        "@acme.com",
        "ann@",
        "ann@münchen.de",
        "ann@mu\u0308nchen.de",
        "x@[1.2.3.4]",
        "ANN@MÜNCHEN.DE",
        "ann\ufe6bacme\u2024com",
        "a+b+c@gmail.com",
        "+ann@acme.com",
        "a/b@acme.com",
        "ann\u200b@acme.com",
        "\u0430nn@acme.com",
        "ann@acme.com}",
        "İpek@acme.com",
        "\u0391Σ@acme.com",
        "Straße@acme.com",
        "ann@acme.com;bob@acme.com",
        "ann\u00a0@acme.com",
        "ann@acme.com\nfoo",
        "\U0001d41a\U0001d427\U0001d427@acme.com",
        "\u24d0nn@acme.com",
        "A.N.N@gmail\uff0ecom",
    ]
    found: list[list[str]] = []
    environment = Environment(extensions=["jinja2.ext.do"])
    macros = "".join((ROOT / path).read_text() for path in LETTERS)
    environment.from_string(macros + "{{ wide_letters() }}{{ look_alikes() }}").render(
        {"return": found.append}
    )
    start = macros.index("{% macro address_letters")
    sql = macros[start:].replace("look_alikes(), wide_letters()", "found[1], found[0]", 1)
    sql += (
        "select text, list_transform(regexp_extract_all({{ address_letters('text') }}, $pattern),"
        " lambda found: {{ plain_mailbox(bare) }}), {{ name_words('text') }}"
        " from (select unnest($texts) as text)"
    )
    rows = duckdb.execute(
        environment.from_string(sql).render(found=found, bare="trim(found, '''')"),
        {"texts": texts, "pattern": ADDRESS.pattern},
    ).fetchall()
    assert len(rows) == len(texts)
    for text, addresses, words in rows:
        assert (set(addresses), words) == (addresses_in(text), name_words(text)), text


def test_the_apostrophe_of_a_name_is_part_of_the_address() -> None:
    text = """{"a": "o'brien@acme.com", "b": "write to 'ann@acme.com', please"}"""
    assert addresses_in(text) == {"o'brien@acme.com", "ann@acme.com"}


def test_a_list_of_rows_that_cannot_be_written_stops_before_anybody_is_erased(
    erased: Erased, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people.txt"
    people.write_text("somebody@example-company.com\n")
    memory = "select count(*) from history.erased_identifiers"
    before = query(erased.after, memory)
    assert erase_persons(erased.after, people, False, tmp_path / "none" / "rows.csv") == 1
    assert "There is no folder" in capsys.readouterr().err
    assert query(erased.after, memory) == before


def test_a_build_from_before_an_erasure_is_told_apart() -> None:
    """`funnel publish` refuses it, and the next build begins with a new file."""
    connection = duckdb.connect()
    connection.execute("create schema operations; create schema history")
    connection.execute("create table operations.relations (layer varchar, schema_name varchar)")
    connection.execute(
        "create table operations.dbt_runs as select timestamp '2026-01-02' started_at"
    )
    assert not is_built_before_an_erasure(connection)
    Memory(connection, "history", "a" * 128).make_tables()
    assert not is_built_before_an_erasure(connection)
    add = "insert into history.erased_identifiers values ('address', 'x', null, null, '{}')"
    connection.execute(add.format("2026-01-01"))
    assert not is_built_before_an_erasure(connection)
    connection.execute(add.format("2026-01-03"))
    assert is_built_before_an_erasure(connection)


def test_what_was_built_before_an_erasure_is_not_published(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "is_built_before_an_erasure", lambda _: True)
    with pytest.raises(publish.NotPublishedError, match="Persons were erased since"):
        publish._publish(built.database, tmp_path / "published.duckdb", tmp_path / "pages", [], 5)
