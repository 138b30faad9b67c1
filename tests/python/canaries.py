"""A company that provides every entity of the shared shape, with a canary in each text column.

A canary is a text that could be a person's: a name, an address, a telephone number, a free text, a
value that few people typed. Each column has two rows with one, so that fewer than five records bear
it. All of them contain a word that no other text has."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from funnel.places import ROOT

WORD, NUMBER = "zyxwhite", "7700900"
"""What is searched for: part of each canary, of telephone numbers the second."""
CANARY = re.compile(rf"(ann[ .])?{WORD}[\w .]*|{NUMBER}\d*", re.IGNORECASE)
UNTIL = datetime(2025, 3, 1)
ROWS, ROWS_OF_CANARY = 24, 2
TYPES = {
    "text": "varchar",
    "bigint": "bigint",
    "decimal": "decimal(18, 4)",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
}
# Ids of records are published, and no canary stands in them: the letter of each kind of record.
IDS = {
    "record_id": "p",
    "other_record_id": "q",
    "primary_record_id": "p",
    "company_record_id": "c",
    "customer_record_id": "c",
    "opportunity_id": "o",
    "touch_id": "t",
    "subscription_id": "s",
    "payment_id": "b",
    "event_id": "e",
    "user_id": "u",
    "owner_id": "u",
    "claimed_by": "u",
}
NO_CANARY = {*IDS, "anonymous_id", "parent_record_id", "merged_into_record_id", "crm_record_id"}
# The writer of the staging model chooses these words, of a list: no person types them.
CODES = {("opportunities", "opportunity_type"), ("settings", "kind"), ("person_links", "link_kind")}
CODES |= {("attribute_changes", "entity"), ("attribute_changes", "attribute"), ("payments", "kind")}
# Owners are published with their team.
CODES |= {("users", "team")}
# What a system says in its own codes; the canary of such a column is a code that nobody maps.
USUAL: dict[tuple[str, str], Any] = {
    ("touches", "kind"): "form_submitted",
    ("touches", "channel_label"): "organic_search",
    ("service_events", "kind"): "onboarding_done",
    ("payments", "kind"): "payment",
    ("settings", "kind"): "property",
    ("attribute_changes", "entity"): "people",
    ("attribute_changes", "attribute"): "country",
    ("people", "stage_label"): "lead",
    ("stage_claims", "label"): "lead",
    ("stage_claims", "from_label"): None,
    ("opportunities", "opportunity_type"): "new",
    ("person_links", "link_kind"): "reference",
    ("ad_spend", "channel_label"): "paid_search",
    ("opportunity_people", "role"): "buyer",
}


def canaries_in(content: bytes | str) -> set[str]:
    """Every canary in a text or a file."""
    text = content.decode(errors="ignore") if isinstance(content, bytes) else content
    return {found[0] for found in CANARY.finditer(text)}


def canaries_in_file(path: Path) -> set[str]:
    """Tables are read as their rows, with the comments beside them; any other file as it is."""
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            comments = "select comment from duckdb_columns() union select comment from"
            names = connection.execute("select schema_name, table_name from duckdb_tables()")
            texts = [f"{comments} duckdb_tables()"]
            for schema, table in names.fetchall():
                texts.append(f'select to_json(row)::varchar from "{schema}"."{table}" as row')
            rows = [row for sql in texts for row in connection.execute(sql).fetchall()]
        return {found for (row,) in rows for found in canaries_in(row or "")}
    if path.suffix == ".parquet":
        rows = duckdb.sql(f"select to_json(row)::varchar from '{path}' as row").fetchall()
        return {found for (row,) in rows for found in canaries_in(row)}
    return canaries_in(path.read_bytes())


def shape() -> dict[str, dict[str, str]]:
    """Every entity's columns and their types, as the macro shape() lists them."""
    text = (ROOT / "macros/sources/shape.sql").read_text()
    found = re.findall(r"'(\w+)': \{(.*?)\}", text, re.DOTALL)
    return {entity: dict(re.findall(r"'(\w+)': '(\w+)'", body)) for entity, body in found}


def canary_columns() -> Iterator[tuple[str, str]]:
    for entity, columns in shape().items():
        for column, type_name in columns.items():
            is_free = column not in NO_CANARY and (entity, column) not in CODES
            if type_name == "text" and is_free and column not in ("currency", "crm_system"):
                yield entity, column


def canary_models() -> Iterator[tuple[str, str]]:
    """A view per entity with all of its columns."""
    for entity, columns in shape().items():
        origin = "source_key, cast(null as varchar) as reason_code"
        select = f"select {', '.join(columns)}, '{entity}' as source_table, {origin}"
        yield f"stg_crm__{entity}.sql", f"{select} from {{{{ source('crm', '{entity}') }}}}"


def land_canaries(connection: duckdb.DuckDBPyConnection) -> None:
    """A table per entity: rows without a canary, then two for each text column."""
    for entity, columns in shape().items():
        typed = ", ".join(f"{name} {TYPES[type_name]}" for name, type_name in columns.items())
        connection.execute(f"create table crm.{entity} ({typed}, source_key varchar)")
        rows = list(_rows(entity, columns))
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into crm.{entity} values ({marks})", rows)


def _rows(entity: str, columns: dict[str, str]) -> Iterator[list[Any]]:
    random = Random(11)
    own = [column for of, column in canary_columns() if of == entity]
    for number in range(ROWS + ROWS_OF_CANARY * len(own)):
        at = number - ROWS
        bearer = own[at // ROWS_OF_CANARY] if at >= 0 else ""
        row = {name: _usual(entity, name, columns[name], number, random) for name in columns}
        if bearer:
            row[bearer] = _canary(entity, bearer, number)
            # An account's name is published, unless the account is a person.
            row |= {"is_person": bearer == "name"} if entity == "companies" else {}
        yield [*row.values(), f"{entity}{number}"]


def _canary(entity: str, column: str, number: int) -> str:
    if column == "email":
        return f"ann.{WORD}{number}@gmail.com"
    if column == "phone":
        return f"+44 {NUMBER}{number:03}"
    return f"Ann {WORD} {entity} {column}"


def _usual(entity: str, column: str, type_name: str, number: int, random: Random) -> Any:
    if (entity, column) in USUAL:
        return USUAL[entity, column]
    if column in IDS:
        return f"{IDS[column]}{number}"
    if type_name in ("timestamp", "date"):
        # In the order in which things happen: created, then closed or ended.
        days = 20 if column in ("closed_at", "ended_at") else 60
        return UNTIL - timedelta(days + number % 30, random.randrange(80_000))
    others = {"bigint": 40, "decimal": 1000, "boolean": False, "text": None}
    words = {"email": f"p{number}@firm{number % 9}.example", "currency": "EUR", "is_closed": True}
    words |= {"name": f"Firm {number}", "country": "Germany", "is_won": number % 2 == 0}
    words |= {"is_primary": True, "is_active": True, "value": "lead"}
    return words.get(column, others[type_name])
