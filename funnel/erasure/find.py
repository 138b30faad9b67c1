"""Finds the persons of a list in the last good build: their records, addresses and customers."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from funnel.erasure.listed import Listed, addresses_in, name_words, normal_address
from funnel.erasure.secret import ErasureError

# Where the last build has the relations; a project of its own may have other schemas.
RELATIONS = "select relation_name, schema_name from operations.relations"
# All companies of the accounts in which something may be of the persons.
CANDIDATES = """
    with companies as (
        select
            companies.system,
            companies.company_record_id,
            companies.company_key,
            companies.name,
            companies.domain,
            coalesce(companies.is_person, false) as is_person,
            accounts.account_key,
            accounts.match_method,
            -- One record that is person and company, such as a billing customer. In a CRM, contact
            -- 501 and company 501 have nothing to do with each other.
            companies.company_key in (
                select company_key
                from {usable_people}
                where record_key = company_key and record_key in (select unnest($keys))
            ) as is_customer,
            coalesce(companies.is_person, false) and companies.company_key in (
                select company_key from {usable_people}
                where record_key in (select unnest($keys))
            ) as is_consumer
        from {usable_companies} as companies
        inner join {int_company_accounts_mapped} as accounts
            on companies.company_key = accounts.company_key
    )
    select companies.*, domains.domain is null as has_business_domain
    from companies
    left join {email_domains} as domains on companies.domain = domains.domain
    where account_key in (select account_key from companies where is_customer or is_consumer)
    order by all
"""
# Records that earlier builds joined to the persons, and that are gone from their systems.
EARLIER_KEYS = """
    with last_persons as (
        select record_key, max_by(person_key, snapshot_number) as person_key
        from {history_person_ids}
        where not is_look_back
        group by record_key
    ),
    keys as (
        select record_key from last_persons where person_key in (select unnest($persons))
        union
        select unnest($persons)
    )
    select record_key from keys
    where record_key not in (select record_key from {usable_people})
"""
NAMES = {
    "first": re.compile(r"(first|given)_?name$"),
    "last": re.compile(r"(last|family)_?name$|surname$"),
    "full": re.compile(r"^(property_)?(full_?|display_?)?name$"),
}


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
    # Those of no company: a billing customer with such an address is a person.
    private_addresses: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    # Billing customers that are a company, though a person's address is in them.
    staying: dict[tuple[str, str], str] = field(default_factory=dict)
    # Keys of records that earlier builds joined to the persons, and that are gone.
    earlier_keys: set[int] = field(default_factory=set)


class Warehouse:
    """A connection, and the names of the relations in it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        found = connection.execute(RELATIONS).fetchall()
        self.schemas = {str(name): str(schema) for name, schema in found}
        self.names = {name: f'"{schema}"."{name}"' for name, schema in self.schemas.items()}
        for entity in ("people", "companies"):
            checked = self.names.get(f"int_{entity}_rows_checked")
            usable = f"(select * from {checked} where reason_code is null)"
            self.names[f"usable_{entity}"] = usable
        self._staged: list[tuple[str, str, str]] | None = None

    def setting(self, name: str, default: str) -> str:
        """A var that the last build recorded."""
        sql = "select value from operations.settings where name = ?"
        found = self.connection.execute(sql, [name]).fetchall()
        return str(found[0][0]) if found else default

    def rows(
        self, sql: str, values: Mapping[str, object] | None = None
    ) -> list[tuple[object, ...]]:
        """A query in which {model} stands for a relation; {usable_people} for usable rows."""
        return self.connection.execute(sql.format_map(self.names), values).fetchall()

    def dicts(self, sql: str, values: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        result = self.connection.execute(sql.format_map(self.names), values)
        columns = [column[0] for column in result.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def columns(self, name: str) -> set[str]:
        """Those of a relation; a staging model of one's own may leave some out."""
        found = self.connection.execute(f"describe select * from {self.names[name]}").fetchall()
        return {str(column[0]) for column in found}

    def staged(self) -> Iterable[tuple[str, str, str]]:
        """System, entity and name of each staging model that is there. Where one holds the rows of
        several instances of a connector, each instance has a name of its own."""
        if self._staged is None:
            models = list(self._staging_models())
            self._staged = [each for found in models for each in self._by_system(*found)]
        return self._staged

    def _by_system(self, system: str, entity: str, name: str) -> Iterator[tuple[str, str, str]]:
        if "system" not in self.columns(name):
            yield system, entity, name
            return
        model = self.names[name]
        found = self.connection.execute(f"select distinct system from {model} order by all")
        for (instance,) in found.fetchall() or [(system,)]:
            each = f"{name} of {instance}"
            rows = f"select * exclude (system) from {model} where system = '{instance}'"
            self.names[each] = f"({rows})"
            yield str(instance), entity, each

    def _staging_models(self) -> Iterator[tuple[str, str, str]]:
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
            " from {usable_people} as records"
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
    found.names = set(_names(warehouse, found))
    _add_companies(warehouse, found, listed)
    _add_others(warehouse, found, listed)
    earlier = warehouse.rows(EARLIER_KEYS, {"persons": sorted(persons)})
    found.earlier_keys = {int(str(key)) for (key,) in earlier}
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


def _names(warehouse: Warehouse, found: Found) -> Iterator[str]:
    """The persons' full names, as their records and addresses have them."""
    customers = {
        (str(system), str(record_id))
        for system, record_id in warehouse.rows(
            "select system, record_id from {usable_people} where record_key = company_key"
        )
    }
    names = set[str]()
    for system, entity, name in warehouse.staged():
        if entity == "people" and "row_json" in warehouse.columns(name):
            wanted = [
                record_id
                for of, record_id in found.records
                if of == system and (of, record_id) not in customers
            ]
            sql = f"select row_json from {{{name}}} where record_id in (select unnest($wanted))"
            for (row,) in warehouse.rows(sql, {"wanted": wanted}):
                names |= set(_names_in(json.loads(str(row or "{}"))))
    names |= {re.sub(r"[._-]+", " ", each.partition("@")[0]) for each in found.addresses}
    yield from {words for words in map(name_words, names) if " " in words}


def _names_in(row: Mapping[str, object]) -> Iterator[str]:
    parts = {
        kind: [str(value) for column, value in row.items() if value and pattern.search(column)]
        for kind, pattern in NAMES.items()
    }
    yield from parts["full"]
    yield from (f"{first} {last}" for first in parts["first"] for last in parts["last"])


def _add_companies(warehouse: Warehouse, found: Found, listed: Listed) -> None:
    """Billing customers and consumers: what is loaded as a company, and is the person."""
    accounts = dict[object, list[dict[str, Any]]]()
    for row in warehouse.dicts(CANDIDATES, {"keys": sorted(found.keys)}):
        accounts.setdefault(row["account_key"], []).append(row)
    domains = {str(domain) for (domain,) in warehouse.rows("select domain from {email_domains}")}
    for members in accounts.values():
        persons = [row for row in members if _is_person(row, members, found, listed)]
        # Nothing but the person's own records is in the account: a consumer.
        is_own = all(row["is_person"] or row in persons for row in members)
        has_consumer = bool(persons) or any(row["is_consumer"] for row in members)
        for row in members:
            each = (str(row["system"]), str(row["company_record_id"]))
            if row in persons or (is_own and has_consumer):
                found.companies[each] = found.records.get(each, random_id())
                found.company_keys.add(int(row["company_key"]))
                domains.add(str(row["domain"]))
            elif row["is_customer"]:
                found.staying[each] = str(row["name"] or "")
    found.private_addresses = {
        address for address in found.addresses if address.partition("@")[2] in domains
    }


def _is_person(
    row: dict[str, Any], members: list[dict[str, Any]], found: Found, listed: Listed
) -> bool:
    """Whether a billing customer is the person, and not a company that the person pays for."""
    if not row["is_customer"]:
        return False
    words = name_words(row["name"] or "")
    if (row["system"], row["company_record_id"]) in listed.records or any(
        set(name.split()) <= set(words.split()) for name in found.names
    ):
        return True
    others = [each for each in members if not each["is_customer"] and not each["is_person"]]
    is_linked = bool(others) and row["match_method"] in ("company_id", "business_domain")
    has_name = any(words and words == name_words(each["name"] or "") for each in others)
    has_domain = row["domain"] is not None and row["has_business_domain"]
    return not (is_linked or has_name or has_domain)


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
