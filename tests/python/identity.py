"""A small world of records, whose persons the project's own compiled SQL identifies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tests.python.conftest import Built
from tests.python.warm_dbt import run_dbt

STEPS = (
    "int_emails_normalized",
    "int_record_pairs_linked",
    "int_records_clustered",
)
HISTORY = "history_person_ids"
RESOLVED = "int_record_persons_mapped"
START = datetime(2026, 1, 1)

INPUTS = """
    create schema intermediate;
    create schema history;
    create schema seeds;
    create table seeds.email_domains (domain varchar, kind varchar);
    create table seeds.shared_mailboxes (local_part varchar);
    insert into seeds.shared_mailboxes values ('info');
    create table intermediate.int_people_rows_checked (
        record_key bigint, email varchar, created_at timestamp, reason_code varchar
    );
    create table intermediate.int_person_links_rows_checked (
        record_key bigint, other_record_key bigint, link_kind varchar, linked_at timestamp,
        reason_code varchar
    );
    create table intermediate.int_identity_overrides_checked (
        decision varchar, record_key bigint, other_record_key bigint, reason varchar,
        decided_on date, sentence_start varchar
    );
"""


@dataclass(frozen=True)
class Record:
    key: int
    email: str | None = None
    day: int = 0


@dataclass(frozen=True)
class Known:
    """What the systems and the reviewers report at one moment."""

    records: tuple[Record, ...]
    links: tuple[tuple[int, int], ...] = ()
    joined: tuple[tuple[int, int], ...] = ()
    separated: tuple[tuple[int, int], ...] = ()

    def without(self, *keys: int) -> "Known":
        kept = tuple(each for each in self.records if each.key not in keys)
        return replace(self, records=kept)


def compiled(built: Built, target: Path) -> Mapping[str, str]:
    """The SQL of each step as dbt gives it to the database, with the cutoff as a variable."""
    wanted = [*STEPS, HISTORY, RESOLVED]
    # Few records need few rounds.
    variables = {**built.vars, "identity_rounds": 4}
    outcome = run_dbt(
        ["compile", "--quiet", "--select", *wanted], built.database, target, variables
    )
    assert outcome.success, outcome.exception
    folder = target / "compiled" / "revenue_funnel" / "models"
    clock = f"cast('{built.vars['cutoff']}' as timestamp)"
    catalog = f'"{built.database.stem}".'
    return {
        name: next(folder.rglob(f"{name}.sql"))
        .read_text()
        .replace(clock, "getvariable('cutoff')")
        .replace(catalog, "")
        for name in wanted
    }


class World:
    """Builds one after the other, each on the history of ids that the earlier ones left."""

    def __init__(self, sql: Mapping[str, str]) -> None:
        self.sql = sql
        self.connection = duckdb.connect()
        self.connection.execute(INPUTS)
        self.connection.execute("set threads = 1")
        self._make_history()

    def _make_history(self) -> None:
        """Empty, with the columns that its own SQL gives."""
        first = f"""
            create table history.{HISTORY} (
                record_key bigint, person_key bigint, previous_person_key bigint,
                snapshot_number bigint, change varchar, link_kind varchar, other_record_key bigint,
                is_look_back boolean, snapshotted_at timestamp
            )
        """
        self.connection.execute(first)

    def build(self, known: Known, day: int = 100) -> dict[int, int]:
        """The person of each record."""
        self._load_inputs(known, day)
        for step in STEPS:
            self.connection.execute(
                f"create or replace table intermediate.{step} as {self.sql[step]}"
            )
        self.connection.execute(f"insert into history.{HISTORY} by name {self.sql[HISTORY]}")
        rows = self.connection.execute(f"select record_key, person_key from ({self.sql[RESOLVED]})")
        found = rows.fetchall()
        assert len(found) == len(known.records), "every record has one person"
        return dict(found)

    def _load_inputs(self, known: Known, day: int) -> None:
        moment = START + timedelta(days=day)
        self.connection.execute("set variable cutoff = ?::timestamp", [moment])
        people = [(r.key, r.email, START + timedelta(days=r.day), None) for r in known.records]
        self._fill("int_people_rows_checked", people)
        keys = {record.key for record in known.records}
        there = [pair for pair in known.links if keys.issuperset(pair)]
        links = [(one, other, "merge", START, None) for one, other in there]
        self._fill("int_person_links_rows_checked", links)
        decided = [("join", *pair) for pair in known.joined]
        decided += [("separate", *pair) for pair in known.separated]
        self._fill(
            "int_identity_overrides_checked",
            [(*each, "seen", START.date(), "") for each in decided],
        )

    def _fill(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        self.connection.execute(f"delete from intermediate.{table}")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"insert into intermediate.{table} values ({marks})", rows)

    def id_history(self) -> list[tuple[object, ...]]:
        """Every row of the history of ids."""
        return self.connection.execute(
            f"select record_key, person_key, previous_person_key, change"
            f" from history.{HISTORY} order by snapshot_number, record_key"
        ).fetchall()


def groups_of(persons: Mapping[int, int]) -> set[frozenset[int]]:
    """Which records are one person, whatever its id."""
    return {
        frozenset(key for key, person in persons.items() if person == each)
        for each in persons.values()
    }


def joined_by_hand(keys: Iterable[int], pairs: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    """The same by union and find, for comparison."""
    parent = {key: key for key in keys}

    def root(key: int) -> int:
        while parent[key] != key:
            key = parent[key]
        return key

    for one, other in pairs:
        parent[root(one)] = root(other)
    return groups_of({key: root(key) for key in parent})
