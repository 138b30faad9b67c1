"""Finds the persons of a list in the last good build: their records, addresses and customers."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from funnel.erasure.listed import Listed, addresses_in, normal_address
from funnel.erasure.secret import ErasureError

# Where the last build has the relations; a project of its own may have other schemas.
RELATIONS = "select relation_name, schema_name from operations.relations"
OWN_COMPANIES = """
    with own_companies as (
        -- One record that is person and company, such as a billing customer. In a CRM, contact 501
        -- and company 501 have nothing to do with each other.
        select company_key
        from {int_people_unioned}
        where record_key = company_key and record_key in (select unnest($keys))
    ),
    candidates as (
        select accounts.account_key
        from {int_companies_unioned} as companies
        inner join {int_company_accounts_mapped} as accounts
            on companies.company_key = accounts.company_key
        left join {int_people_unioned} as people on companies.company_key = people.company_key
        where
            companies.company_key in (from own_companies)
            or (
                coalesce(companies.is_person, false)
                and people.record_key in (select unnest($keys))
            )
    ),
    own_accounts as (
        -- Nothing but the person's own records is in the account: a consumer.
        select accounts.account_key
        from {int_companies_unioned} as companies
        inner join {int_company_accounts_mapped} as accounts
            on companies.company_key = accounts.company_key
        where accounts.account_key in (from candidates)
        group by accounts.account_key
        having bool_and(
            coalesce(companies.is_person, false) or companies.company_key in (from own_companies)
        )
    )
    select
        companies.system,
        companies.company_record_id,
        companies.company_key
    from {int_companies_unioned} as companies
    inner join {int_company_accounts_mapped} as accounts
        on companies.company_key = accounts.company_key
    where
        companies.company_key in (from own_companies)
        or accounts.account_key in (from own_accounts)
"""


@dataclass
class Found:
    """What is of the persons, and the random id that each of their records gets."""

    person_count: int = 0
    keys: frozenset[int] = frozenset()
    records: dict[tuple[str, str], str] = field(default_factory=dict)
    companies: dict[tuple[str, str], str] = field(default_factory=dict)
    company_keys: set[int] = field(default_factory=set)
    # Records that the last build could not use, or that came after an erasure.
    others: set[tuple[str, str]] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


class Warehouse:
    """A connection, and the names of the relations in it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        found = connection.execute(RELATIONS).fetchall()
        self.schemas = {str(name): str(schema) for name, schema in found}
        self.names = {name: f'"{schema}"."{name}"' for name, schema in self.schemas.items()}

    def setting(self, name: str, default: str) -> str:
        """A var that the last build recorded."""
        sql = "select value from operations.settings where name = ?"
        found = self.connection.execute(sql, [name]).fetchall()
        return str(found[0][0]) if found else default

    def rows(
        self, sql: str, values: Mapping[str, object] | None = None
    ) -> list[tuple[object, ...]]:
        """A query in which {model} stands for a relation."""
        return self.connection.execute(sql.format_map(self.names), values).fetchall()

    def dicts(self, sql: str, values: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        result = self.connection.execute(sql.format_map(self.names), values)
        columns = [column[0] for column in result.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def columns(self, name: str) -> set[str]:
        """Those of a relation; a staging model of one's own may leave some out."""
        found = self.connection.execute(f"describe {self.names[name]}").fetchall()
        return {str(column[0]) for column in found}

    def staged(self) -> Iterable[tuple[str, str, str]]:
        """System, entity and name of each staging model that is there."""
        there = {
            name
            for (name,) in self.connection.execute(
                "select table_name from information_schema.tables"
                " where table_catalog = current_database()"
            ).fetchall()
        }
        for name in sorted(self.names):
            system, _, entity = name.removeprefix("stg_").partition("__")
            if name.startswith("stg_") and entity and name in there:
                yield system, entity, name


def find_persons(warehouse: Warehouse, listed: Listed) -> Found:
    """All records of the persons with a listed address or id, as the last build joined them."""
    addresses = warehouse.rows(
        "select record_key, address, link_blocked_reason from {int_emails_normalized}"
    )
    by_address = _keys_by_address(addresses, listed)
    records = {
        (str(system), str(record_id)): (int(str(key)), int(str(person)))
        for system, record_id, key, person in warehouse.rows(
            "select records.system, records.record_id, records.record_key, persons.person_key"
            " from {int_people_unioned} as records"
            " inner join {int_record_persons_mapped} as persons"
            " on records.record_key = persons.record_key"
        )
    }
    wanted = {key for keys in by_address.values() for key in keys}
    wanted |= {records[each][0] for each in listed.records if each in records}
    persons = {person for key, person in records.values() if key in wanted}
    keys = frozenset(key for key, person in records.values() if person in persons)
    found = Found(len(persons), keys)
    found.records = {each: random_id() for each, (key, _) in records.items() if key in keys}
    found.addresses = set(listed.addresses) | {
        normal_address(str(address))
        for key, address, blocked in addresses
        if key in keys and blocked is None
    }
    _add_companies(warehouse, found)
    _add_others(warehouse, found, listed)
    return found


def _keys_by_address(addresses: list[tuple[object, ...]], listed: Listed) -> dict[str, set[int]]:
    found = dict[str, set[int]]()
    for key, address, blocked in addresses:
        normal = normal_address(str(address))
        if normal in listed.addresses and blocked in ("shared_mailbox", "too_many_records"):
            raise ErasureError(
                f"{address} is in the records of several people, or a mailbox that several read:"
                " list the system and the id of the person's record instead."
            )
        if normal in listed.addresses:
            found.setdefault(normal, set()).add(int(str(key)))
    return found


def _add_companies(warehouse: Warehouse, found: Found) -> None:
    """Billing customers and consumers: what is loaded as a company, and is the person."""
    for system, record_id, key in warehouse.rows(OWN_COMPANIES, {"keys": sorted(found.keys)}):
        each = (str(system), str(record_id))
        found.companies[each] = found.records.get(each, random_id())
        found.company_keys.add(int(str(key)))


def _add_others(warehouse: Warehouse, found: Found, listed: Listed) -> None:
    """Landed records that are no usable person, and have a listed address or id. An address that a
    text of somebody else's record mentions makes it nobody's."""
    for system, entity, name in warehouse.staged():
        if entity != "people" or "email" not in warehouse.columns(name):
            continue
        for record_id, email in warehouse.rows(f"select record_id, email from {{{name}}}"):
            each = (system, str(record_id))
            is_theirs = bool(addresses_in(str(email)) & found.addresses)
            if record_id and each not in found.records and is_theirs:
                found.others.add(each)
    found.others |= listed.records - set(found.records)


def random_id() -> str:
    return f"erased-{secrets.token_hex(8)}"
