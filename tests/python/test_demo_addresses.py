"""The demo's addresses: as dirty as real ones, and yet enough to find every human again."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from funnel.demo.generate import generate
from funnel.demo.settings import SHARED_MAILBOXES

PEOPLE = 4000
CYRILLIC = str.maketrans("\u0430\u0435\u043e", "aeo")
INVISIBLE = str.maketrans("", "", "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}")
MOST_RECORDS = 12
"""An address in more HubSpot contacts than this is nobody's."""

Record = tuple[str, str]

RECORDS = """
    select 'hubspot', id::varchar, property_email from '{0}/hubspot/contact.parquet'
    union select 'hubspot', id::varchar, property_hs_additional_emails
    from '{0}/hubspot/contact.parquet' where property_hs_additional_emails is not null
    union select 'salesforce', id, email from '{0}/salesforce/lead.parquet'
    union select 'salesforce', id, email from '{0}/salesforce/contact.parquet'
    union select 'stripe', id, email from '{0}/stripe/customer.parquet'
    union select 'zendesk', id::varchar, email from '{0}/zendesk/user.parquet'
"""
LINKS = """
    select 'hubspot', contact_id::varchar, vid_to_merge::varchar
    from '{0}/hubspot/contact_merge_audit.parquet'
    union select 'salesforce', id, converted_contact_id
    from '{0}/salesforce/lead.parquet' where is_converted
"""
DIRT = {
    "plus tag": r"\+(newsletter|crm|webinar)@",
    "display form": r"^\w+ \w+ <.+>$",
    "two addresses": r"@.*[;,/].*@",
    "look-alike": "[\uff20\uff4e\u0430\u0435\u043e]",
    "odd blank": "[\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}]",
    "trailing mark": r"[.,]$",
}


@pytest.fixture(scope="module", params=[datetime(2025, 3, 14), datetime(2026, 7, 1)])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company large enough for every kind of dirt, at a moment."""
    folder = tmp_path_factory.mktemp("addresses") / "demo"
    generate(PEOPLE, 11, request.param, folder, workers=1)
    return folder


def addresses(written: str | None) -> set[str]:
    """What is left of a field when all that careless people add is taken away."""
    text = unicodedata.normalize("NFKC", (written or "").lower())
    text = text.translate(CYRILLIC).translate(INVISIBLE).strip().removeprefix("mailto:")
    text = "".join(re.findall("<(.*)>", text)) or text
    parts = (re.sub(r"\+[^@]*", "", part).strip(".,") for part in re.split(r"[;,/|\s]+", text))
    return {part for part in parts if re.fullmatch(r"[^@]+@[^@]+\.[^@]+", part)}


def landed(company: Path) -> dict[Record, set[str]]:
    """The addresses of every record that the truth says is a human's."""
    theirs = f"select system, record_id from '{company}/truth/records.parquet'"
    known = set(duckdb.sql(theirs).fetchall())
    found: defaultdict[Record, set[str]] = defaultdict(set)
    for system, key, email in duckdb.sql(RECORDS.format(company)).fetchall():
        if (system, key) in known:
            found[system, key] |= addresses(email)
    return found


def linking(records: dict[Record, set[str]]) -> dict[Record, set[str]]:
    """The addresses that only one human can have."""
    used = Counter(a for (system, _), mine in records.items() for a in mine if system == "hubspot")
    shared = tuple(f"{box}@" for box in SHARED_MAILBOXES)
    return {
        record: {a for a in mine if used[a] <= MOST_RECORDS and not a.startswith(shared)}
        for record, mine in records.items()
    }


def clusters(
    records: Iterable[Record], links: Iterable[tuple[Record, Record]]
) -> set[frozenset[Record]]:
    """The records that links put together."""
    parent = {record: record for record in records}

    def root(record: Record) -> Record:
        while parent[record] != record:
            record = parent[record]
        return record

    for one, other in links:
        parent[root(one)] = root(other)
    found = defaultdict(set)
    for record in parent:
        found[root(record)].add(record)
    return {frozenset(members) for members in found.values()}


def links_of(company: Path, records: dict[Record, set[str]]) -> list[tuple[Record, Record]]:
    """What the systems themselves link, and records of one address."""
    rows = duckdb.sql(LINKS.format(company)).fetchall()
    links = [((system, one), (system, other)) for system, one, other in rows]
    first: dict[str, Record] = {}
    for record, mine in linking(records).items():
        links += [(record, first.setdefault(address, record)) for address in mine]
    return links


def true_clusters(company: Path) -> set[frozenset[Record]]:
    """The records of each human."""
    rows = duckdb.sql(f"select human_id, system, record_id from '{company}/truth/records.parquet'")
    found = defaultdict(set)
    for human, system, key in rows.fetchall():
        found[human].add((system, key))
    return {frozenset(members) for members in found.values()}


def test_clean_addresses_and_links_find_every_human(company: Path) -> None:
    records = landed(company)
    found = clusters(records, links_of(company, records))
    assert found == true_clusters(company)
    assert sum(len(members) > 1 for members in found) > 100


@pytest.mark.parametrize("kind", DIRT)
def test_every_kind_of_dirt_is_there(company: Path, kind: str) -> None:
    rows = duckdb.sql(RECORDS.format(company)).fetchall()
    hit = sum(bool(re.search(DIRT[kind], email or "")) for _, _, email in rows)
    assert 0.001 < hit / len(rows) < 0.03


def test_shared_and_junk_addresses_have_many_owners(company: Path) -> None:
    owners = Counter(a for mine in landed(company).values() for a in mine)
    offices = [owners[a] for a in owners if a.startswith("info@")]
    assert max(offices) > 1
    assert owners["nobody@gmail.com"] > MOST_RECORDS


def test_one_system_knows_those_without_an_address_of_their_own(company: Path) -> None:
    several = duckdb.sql(f"""
        select human_id
        from '{company}/truth/records.parquet'
        join '{company}/truth/humans.parquet' using (human_id)
        where email_class in ('shared', 'junk')
        group by human_id
        having count(distinct system) > 1
    """).fetchall()
    assert several == []


def test_people_of_one_name_work_at_one_company(company: Path) -> None:
    pairs = duckdb.sql(f"""
        select property_associatedcompanyid, property_firstname, property_lastname
        from '{company}/hubspot/contact.parquet'
        where id < 900000000 and property_associatedcompanyid is not null
        group by all
        having count(distinct id) > 1 and count(distinct property_phone) > 1
    """).fetchall()
    assert len(pairs) > 5
