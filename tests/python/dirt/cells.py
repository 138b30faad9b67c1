"""Draws mutations of cells on separate records; the values come from Hypothesis."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from funnel.demo.schema import columns
from tests.python.dirt.company import ROW, raw_tables
from tests.python.dirt.kinds import AMOUNTS_IN_TEXT, KINDS, Kind, roles_of
from tests.python.dirt.records import LOOKUPS, Groups, Node, id_kind, plain_id


@dataclass(frozen=True)
class Mutation:
    """One cell with another value, or one row that landed twice."""

    kind: Kind
    table: str
    column: str
    row: int
    group: Node
    old: str
    new: Any
    key: str

    @property
    def statement(self) -> str:
        if self.kind.copies:
            star = f'* replace ({_literal(self.new)} as "{self.column}")'
            return f"insert into {self.table} select {star} from {self.table} where {self.key}"
        return f'update {self.table} set "{self.column}" = {_literal(self.new)} where {self.key}'

    def apply(self, connection: duckdb.DuckDBPyConnection) -> None:
        if self.kind.copies:
            connection.execute(
                f'insert into {self.table} select * replace (? as "{self.column}")'
                f" from {self.table} where {ROW}::bigint = ?",
                [self.new, self.row],
            )
            return
        connection.execute(
            f'update {self.table} set "{self.column}" = ? where {ROW}::bigint = ?',
            [self.new, self.row],
        )


@dataclass(frozen=True)
class Place:
    kind: Kind
    table: str
    column: str


def list_places(connection: duckdb.DuckDBPyConnection, landing: str) -> list[Place]:
    """Every column and every kind that fits it."""
    found = []
    for table in raw_tables(connection):
        for column, type_ in columns(table).items():
            roles = roles_of(table, column, type_)
            found += [
                Place(kind, table, column)
                for kind in KINDS
                if roles & kind.roles and (landing == "text" or kind.typed)
            ]
    return found


class Drawing:
    """Mutations for one build after another; each place comes once before any comes twice."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, groups: Groups, landing: str, seed: int
    ) -> None:
        self.connection, self.groups, self.seed = connection, groups, seed
        self.random = Random(f"{seed} {landing}")
        self.places = self._shuffled(list_places(connection, landing))
        self.tables_by_row = count_readers(connection)
        self.builds = 0

    def draw(self, count: int) -> list[Mutation]:
        """So many, each of another group of records."""
        self.builds += 1
        taken: set[Node] = set()
        chosen: list[tuple[Place, int, str]] = []
        left = []
        while self.places and len(chosen) < count:
            place = self.places.pop()
            row = self._free_row(place, taken)
            if row is None:
                left.append(place)
            else:
                chosen.append((place, *row))
                taken.add(self.groups.of(("row", place.table, row[0])))
        self.places += self._shuffled(left)
        values = draw_values([place.kind.make(old) for place, _, old in chosen], self._seed())
        return [
            self._mutation(place, row, old, value)
            for (place, row, old), value in zip(chosen, values, strict=True)
        ]

    def _mutation(self, place: Place, row: int, old: str, new: Any) -> Mutation:
        group = self.groups.of(("row", place.table, row))
        key = _key(self.connection, place.table, row)
        return Mutation(place.kind, place.table, place.column, row, group, old, new, key)

    def _free_row(self, place: Place, taken: set[Node]) -> tuple[int, str] | None:
        """A row of a group that is still free: of each kind of rows equally often, and every other
        time one of those that most other tables refer to."""
        free = [
            row
            for row in self._rows_of(place)
            if self.groups.of(("row", place.table, row[0])) not in taken
        ]
        if not free:
            return None
        kinds = sorted({kind for _, _, kind in free})
        kind = self.random.choice(kinds)
        chosen = [row for row in free if row[2] == kind]
        if self.random.random() < 0.5:
            most = max(self._readers(place.table, row) for row, _, _ in chosen)
            chosen = [row for row in chosen if self._readers(place.table, row[0]) == most]
        return self.random.choice(chosen)[:2]

    def _rows_of(self, place: Place) -> list[tuple[int, str, str]]:
        """Number, value and what kind of row it is, as far as its table says so."""
        names = [name for name in columns(place.table) if name in ("name", "field", "field_name")]
        is_history = place.table.endswith("_history")
        kind = names[0] if names and is_history else "''"
        is_in_text = "money" in place.kind.roles or "number" in place.kind.roles
        only = AMOUNTS_IN_TEXT.get(f"{place.table}.{place.column}") if is_in_text else None
        return self.connection.execute(
            f'select {ROW}::bigint, "{place.column}"::varchar, {kind} from {place.table}'
            f' where "{place.column}" is not null and {only or "true"} order by 1'
        ).fetchall()

    def _readers(self, table: str, row: int) -> int:
        """How many tables have rows with the row's own id."""
        return len(self.tables_by_row.get((table, row), ()))

    def _seed(self) -> int:
        return self.seed * 1000 + self.builds

    def _shuffled(self, places: list[Place]) -> list[Place]:
        self.random.shuffle(places)
        return places


def count_readers(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], set[str]]:
    """The tables in which a row's own id stands, for each row that has one."""
    owners: dict[tuple[str, str], list[tuple[str, int]]] = {}
    readers: dict[tuple[str, str], set[str]] = {}
    for table in raw_tables(connection):
        for name in columns(table):
            kind = id_kind(table, name)
            if kind is None or kind == "address" or table in LOOKUPS:
                continue
            is_own = name == "id" or name == f"{table.split('.')[1]}_id"
            for row, value in connection.execute(
                f'select {ROW}::bigint, "{name}"::varchar from {table} where "{name}" is not null'
            ).fetchall():
                node = (f"{table.split('.')[0]} {kind}", plain_id(value))
                readers.setdefault(node, set()).add(table)
                if is_own:
                    owners.setdefault(node, []).append((table, row))
    return {row: readers[node] for node, rows in owners.items() for row in rows}


def draw_values(strategies: Sequence[Any], seed: int) -> list[Any]:
    """One value of each strategy, the same ones for the same seed."""
    drawn: list[list[Any]] = []

    @seeded(seed)
    @settings(
        max_examples=3,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def collect(data: Any) -> None:
        drawn.append([data.draw(strategy) for strategy in strategies])

    collect()
    # The first example is the simplest of each.
    return drawn[-1]


def _key(connection: duckdb.DuckDBPyConnection, table: str, row: int) -> str:
    """A condition that names the row in the demo company of the same size and seed."""
    cursor = connection.execute(f"select * from {table} where {ROW}::bigint = {row}")
    names = [name for name, *_ in cursor.description or ()]
    values = dict(zip(names, cursor.fetchall()[0], strict=True))
    ids = [name for name in names if name == "id" or name.endswith(("_id", "date", "timestamp"))]
    shown = [name for name in (ids if "id" not in ids else ["id"]) if values[name] is not None]
    return " and ".join(f'"{name}" = {_literal(str(values[name]))}' for name in shown[:4])


def _literal(value: Any) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"
