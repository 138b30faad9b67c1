"""Writes into the schema history what stays: hashes of the persons' addresses and ids, anonymous
rows, and random ids in place of theirs in the tables that builds only add to."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from funnel.erasure.anonymous import RARE, SMALL_NUMBER, Row
from funnel.erasure.find import Found, random_id
from funnel.erasure.secret import key_of, keyed_hash

IDENTIFIERS, ROWS = "erased_identifiers", "erased_rows"
STAYS = "company_that_stays"
TABLES = (
    f"""create table if not exists {{history}}.{IDENTIFIERS} (
        kind varchar not null,
        identifier_hash varchar not null,
        replacement varchar,
        replacement_key bigint,
        snapshotted_at timestamp not null
    )""",
    f"""create table if not exists {{history}}.{ROWS} (
        entity varchar not null,
        system varchar not null,
        row_json varchar not null,
        snapshotted_at timestamp not null
    )""",
)
COMMENTS = (
    f"comment on table {{history}}.{IDENTIFIERS} is 'One row per address and record id of persons"
    " who were erased, as a keyed hash. Written by funnel erase.'",
    f"comment on table {{history}}.{ROWS} is 'One row per anonymous row that stays of persons who"
    " were erased, in the shape of its entity. Written by funnel erase.'",
)
# The columns of the history in which keys of records are.
KEYS = (
    ("history_person_ids", "record_key"),
    ("history_person_ids", "person_key"),
    ("history_person_ids", "previous_person_key"),
    ("history_person_ids", "other_record_key"),
    ("history_attribute_values", "record_key"),
)
ERASED_TOUCHES = """
    delete from {history}.history_erasable_touch_changes
    where cast('0x' || substr(md5(system || '|' || record_id), 1, 15) as bigint)
        in (select old_key from erased_keys where kind = 'record')
"""


class Memory:
    """The tables of the schema history in one warehouse."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, schema: str, secret: str = ""
    ) -> None:
        self.connection, self.schema, self.secret = connection, f'"{schema}"', secret

    def run(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql.format(history=self.schema), values).fetchall()

    def is_empty(self) -> bool:
        """Whether nobody was erased in this warehouse."""
        try:
            return not self.run(f"select 1 from {{history}}.{IDENTIFIERS} limit 1")
        except duckdb.CatalogException:
            return True

    def fits(self) -> bool:
        """Whether the secret is the one with which earlier persons were erased."""
        known = self.hashes("secret")
        return not known or keyed_hash(self.secret, "secret", "") in known

    def hashes(self, kind: str) -> set[str]:
        if self.is_empty():
            return set()
        sql = f"select identifier_hash from {{history}}.{IDENTIFIERS} where kind = ?"
        return {found for (found,) in self.run(sql, [kind])}

    def last_erased_at(self) -> datetime | None:
        """When somebody was erased last, in UTC."""
        if self.is_empty():
            return None
        found = self.run(f"select max(snapshotted_at) from {{history}}.{IDENTIFIERS}")
        last: datetime | None = found[0][0]
        return last

    def add(self, found: Found, rows: list[tuple[str, str, Row]], is_first: bool) -> None:
        """The hashes and the anonymous rows of one erasure."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        hashes: list[tuple[str, str, str | None, int | None]] = []
        if is_first:
            hashes.append(("secret", keyed_hash(self.secret, "secret", ""), None, None))
        for address in sorted(found.addresses):
            hashes.append(("address", keyed_hash(self.secret, "address", address), None, None))
        others: dict[tuple[str, str], str | None] = dict.fromkeys(found.others)
        for kind, texts in (("private_address", found.private_addresses), ("name", found.names)):
            for text in sorted(texts):
                hashes.append((kind, keyed_hash(self.secret, kind, text), None, None))
        for each in sorted(found.staying):
            digest = keyed_hash(self.secret, STAYS, key_of(*each))
            hashes.append((STAYS, digest, None, None))
        for key in sorted(found.earlier_keys):
            new_key = key_of("", random_id())
            hashes.append(("record", keyed_hash(self.secret, "record", key), None, new_key))
        for kind, ids in (("record", {**found.records, **others}), ("company", found.companies)):
            for (system, record_id), new in sorted(ids.items()):
                digest = keyed_hash(self.secret, kind, key_of(system, record_id))
                # Nothing refers to a record without an anonymous row; in the history it gets a key
                # of its own all the same, since two such records must not become one.
                new_key = key_of(system, new or random_id())
                hashes.append((kind, digest, new, new_key))
        known = {kind: self.hashes(kind) for kind in {row[0] for row in hashes}}
        for row in hashes:
            if row[1] not in known[row[0]]:
                known[row[0]].add(row[1])
                self.run(
                    f"insert into {{history}}.{IDENTIFIERS} values (?, ?, ?, ?, ?)", [*row, now]
                )
        for entity, system, kept in rows:
            text = json.dumps(kept, default=_text, ensure_ascii=False)
            self.run(
                f"insert into {{history}}.{ROWS} values (?, ?, ?, ?)", [entity, system, text, now]
            )

    def make_tables(self) -> None:
        for statement in (*TABLES, *COMMENTS):
            self.run(statement)

    def rewrite(self, least: int, gone_companies: Collection[int] = ()) -> None:
        """The keys of erased records in the other tables of the history become the random ones; a
        backup of an earlier day that was restored is rewritten, too."""
        there = {
            name
            for (name,) in self.run(
                "select table_name from information_schema.tables"
                " where table_catalog = current_database() and table_schema = ?",
                [self.schema.strip('"')],
            )
        }
        columns = [(table, column) for table, column in KEYS if table in there]
        self._match_keys(columns, "history_erasable_touch_changes" in there)
        for key in gone_companies:
            pair = [key, key_of("", random_id())]
            self.run("insert into erased_keys values ('company', ?, ?)", pair)
        for table, column in columns:
            kind = "'record'"
            if table == "history_attribute_values":
                kind = "case entity when 'people' then 'record' else 'company' end"
            self.run(
                f"update {{history}}.{table} set {column} = erased_keys.new_key from erased_keys"
                f" where {column} = erased_keys.old_key and erased_keys.kind = {kind}"
            )
        if "history_erasable_touch_changes" in there:
            self.run(ERASED_TOUCHES)
        if "history_attribute_values" in there:
            self._withhold_rare_values(least)
        self.run("drop table erased_keys")

    def _match_keys(self, columns: list[tuple[str, str]], has_touches: bool) -> None:
        """The table erased_keys: which keys that the history has are of somebody who was erased."""
        parts = [f"select {column} from {{history}}.{table}" for table, column in columns]
        if has_touches:
            parts.append(
                "select cast('0x' || substr(md5(system || '|' || record_id), 1, 15) as bigint)"
                " from {history}.history_erasable_touch_changes"
            )
        keys = [key for (key,) in self.run(" union ".join(parts))] if parts else []
        new = {
            (kind, digest): key
            for kind, digest, key in self.run(
                f"select kind, identifier_hash, replacement_key from {{history}}.{IDENTIFIERS}"
            )
        }
        self.run(
            "create or replace temp table erased_keys"
            " (kind varchar, old_key bigint, new_key bigint)"
        )
        for kind in ("record", "company"):
            for key in keys:
                each = (kind, keyed_hash(self.secret, kind, key))
                if key is not None and each in new:
                    self.run("insert into erased_keys values (?, ?, ?)", [kind, key, new[each]])

    def _withhold_rare_values(self, least: int) -> None:
        """Of values that few records bear, those of erased ones go."""
        values = self.run(
            "select value, count(distinct record_key) from {history}.history_attribute_values"
            " where value is not null group by value having bool_or(record_key in ("
            f"select replacement_key from {{history}}.{IDENTIFIERS}))"
        )
        for value, count in values:
            is_code = len(value) == 2 and value.isupper()
            if count < least and not is_code and not SMALL_NUMBER.fullmatch(value):
                self.run(
                    "update {history}.history_attribute_values set value = ? where value = ?"
                    " and record_key in ("
                    f"select replacement_key from {{history}}.{IDENTIFIERS})",
                    [RARE, value],
                )


def _text(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"no text of {value!r}")
