"""Compares with the unspoilt build, record by record: what became of each mutation."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from tests.python.dirt.cells import Mutation
from tests.python.dirt.company import ROW, DirtCompany, raw_tables
from tests.python.dirt.kinds import QUARANTINED, REPORTED, SAME, SET_ASIDE, TAKEN
from tests.python.dirt.records import (
    COMPARED,
    LINKING,
    Groups,
    Node,
    fetch,
    group_records,
    keys_of,
    plain_id,
)

# When a row was loaded is nobody's figure; what depends on it is compared.
LEFT_OUT = "exclude (loaded_at)"
QUARANTINE = f"""
    select
        system || '.' || string_split(source_table, '.')[1],
        cast(json_extract_string(row_json, '$.{ROW}') as bigint), entity, reason_code
    from marts.quarantine
"""


# Reasons for which a value that could be true beside others is not: a refund above its charge, a
# day that another row has.
EXPLAINED = {"duplicate_key", "impossible_amount", "impossible_time"}


@dataclass(frozen=True)
class Row:
    """A row of a model that was there before, or is there now."""

    table: str
    names: Sequence[str]
    values: Sequence[Any]
    is_new: bool

    def __getitem__(self, name: str) -> Any:
        return self.values[self.names.index(name)] if name in self.names else None


@dataclass
class Verdict:
    """What became of a mutation, and what is wrong with that (nothing, if it is right)."""

    mutation: Mutation
    fate: str
    fault: str | None = None
    rows: list[Row] = field(default_factory=list)


@dataclass
class Judgement:
    """Of one build: its mutations, and faults that no mutation of its own explains."""

    verdicts: list[Verdict]
    faults: list[str]

    @property
    def is_good(self) -> bool:
        return not self.faults and not any(verdict.fault for verdict in self.verdicts)


class Judge:
    """Keeps the unspoilt build beside the spoilt one, on one connection."""

    def __init__(self, company: DirtCompany, connection: duckdb.DuckDBPyConnection) -> None:
        self.company, self.connection = company, connection
        self.groups = group_records(connection)
        self.set_aside = {
            code
            for (code,) in connection.execute(
                "select reason_code from seeds.row_reasons where row_status = 'set_aside'"
            ).fetchall()
        }
        for name in COMPARED:
            kept = name.replace(".", "_")
            connection.execute(f"create temp table {kept} as from {name}")
        self.quarantine = Counter(connection.execute(QUARANTINE).fetchall())
        self.quarantined = {(table, row) for table, row, *_ in self.quarantine}
        self.staged = self._list_staged()
        self.sources: dict[Node, Node] = {}
        for (table, row), readings in self.staged.items():
            for _, key, _, _ in readings:
                self.groups.join([("row", table, row), ("source", table, plain_id(key))])

    def judge(self, mutations: Sequence[Mutation]) -> Judgement:
        """Spoils the company in a transaction, builds it, compares, and takes all back."""
        self.connection.execute("begin")
        try:
            for mutation in mutations:
                mutation.apply(self.connection)
            self.company.build_again(self.connection)
            return self._compare(mutations)
        except duckdb.Error as problem:
            return Judgement([], [f"the build stops: {str(problem).splitlines()[0]}"])
        finally:
            self.connection.execute("rollback")

    def _compare(self, mutations: Sequence[Mutation]) -> Judgement:
        faults = [f"the data test {law} fails" for law in self._laws()]
        faults += self._miscounted()
        staged = self._list_staged()
        # A row whose key is spoiled is still of the group that it was of.
        self.sources = {
            ("source", mutation.table, plain_id(key)): mutation.group
            for mutation in mutations
            for _, key, _, _ in staged.get((mutation.table, mutation.row), [])
        }
        # Rows that have got the key of another row are copies of it from now on.
        copied = {
            self.groups.of(key)
            for key, group in self.sources.items()
            if key in self.groups and self.groups.of(key) != group
        }
        by_group: dict[Node, list[Row]] = defaultdict(list)
        spoilt = {mutation.group: mutation for mutation in mutations}
        joined = self._differences(by_group)
        for group, rows in by_group.items():
            if group not in spoilt and group not in copied:
                near = [spoilt[other] for other in joined[group] if other in spoilt]
                if not near:
                    faults.append(f"an unrelated record changes: {_shown(rows)}")
                elif not any(mutation.kind.joins for mutation in near):
                    faults.append(f"it brings records together: {near[0].statement}")
        quarantined = Counter(self.connection.execute(QUARANTINE).fetchall())
        quarantined.subtract(self.quarantine)
        new: dict[tuple[str, int], set[str]] = defaultdict(set)
        for (table, number, _, reason), count in quarantined.items():
            if count > 0:
                new[table, number].add(reason)
        near_new: dict[Node, int] = Counter(self.groups.of(("row", *each)) for each in new)
        verdicts = [
            self._decide(mutation, by_group.get(mutation.group, []), staged, new, near_new)
            for mutation in mutations
        ]
        return Judgement(verdicts, faults)

    def _laws(self) -> list[str]:
        return self.company.failing_laws(self.connection)

    def _miscounted(self) -> list[str]:
        """Tables of which another number of rows was read than there are."""
        counts = dict(
            self.connection.execute(
                "select system || '.' || source_table, max(read_count)"
                " from marts.source_reconciliation where read_count is not null group by 1"
            ).fetchall()
        )
        found = []
        for table in raw_tables(self.connection):
            (landed,) = self.connection.execute(f"select count(*) from {table}").fetchall()[0]
            if counts.get(table, landed) != landed:
                found.append(f"{table}: {landed} rows landed, {counts[table]} were read")
        return found

    def _differences(self, by_group: dict[Node, list[Row]]) -> Mapping[Node, set[Node]]:
        """Rows that are new or gone, by the group that they belong to; and for each group those
        that new rows bring together with it."""
        rows = []
        for name in COMPARED:
            kept = name.replace(".", "_")
            left_out = LEFT_OUT if "rows_checked" in name else ""
            here, before = (f"select * {left_out} from {table}" for table in (name, kept))
            for one, other, is_new in ((here, before, True), (before, here, False)):
                names, found = fetch(self.connection, f"({one}) except all ({other})")
                rows += [Row(name, names, values, is_new) for values in found]
        together = Groups()
        for name in LINKING:
            names, found = fetch(self.connection, f"from {name}")
            for values in found:
                together.join(self._nodes(Row(name, names, values, True)))
        for row in rows:
            nodes = self._nodes(row)
            if row.is_new or not any(kind == "group" for kind, *_ in nodes):
                together.join(nodes)
        members: dict[Node, set[Node]] = defaultdict(set)
        for row in rows:
            for node in self._nodes(row):
                if node[0] == "group":
                    members[together.of(node)].add(node[1])
        joined: dict[Node, set[Node]] = {}
        for row in rows:
            nodes = self._nodes(row)
            own = {node[1] for node in nodes if node[0] == "group"}
            near = set().union(*(members[together.of(node)] for node in nodes)) if nodes else set()
            for group in own or near or {("no group", row.table)}:
                by_group[group].append(row)
                joined.setdefault(group, set()).update(near)
        return joined

    def _nodes(self, row: Row) -> list[tuple[Any, ...]]:
        """Its keys; those that were there before as the group that they belong to."""
        found: list[tuple[Any, ...]] = []
        for key in keys_of(row.names, row.values):
            group = self.groups.of(key) if key in self.groups else self.sources.get(key)
            found.append(("group", group) if group is not None else ("key", key))
        return found

    def _list_staged(self) -> dict[tuple[str, int], list[tuple[str, str, str, str]]]:
        """What each row of a source table was staged as, by table and number."""
        found = defaultdict(list)
        views = self.connection.execute(
            "select distinct table_name from duckdb_columns() where schema_name = 'staging'"
            " and table_name like 'stg_%' and column_name = 'row_json' order by 1"
        ).fetchall()
        for (view,) in views:
            system, entity = view.removeprefix("stg_").split("__")
            for table, key, reason, detail, row in self.connection.execute(
                "select source_table, source_key, reason_code, reason_detail,"
                f" json_extract_string(row_json, '$.{ROW}')::bigint from staging.{view}"
            ).fetchall():
                if row is not None and "." not in table:
                    found[f"{system}.{table}", row].append((entity, key or "", reason, detail))
        return dict(found)

    def _decide(
        self,
        mutation: Mutation,
        rows: list[Row],
        staged: Mapping[tuple[str, int], list[tuple[str, str, str, str]]],
        new: Mapping[tuple[str, int], set[str]],
        near_new: Mapping[Node, int],
    ) -> Verdict:
        own = (mutation.table, mutation.row)
        before, after = self.staged.get(own, []), staged.get(own, [])
        reasons = {reason for _, _, reason, _ in after} - {reason for _, _, reason, _ in before}
        reasons |= {row["reason_code"] for row in rows if row.is_new} - {
            row["reason_code"] for row in rows if not row.is_new
        }
        reasons |= new.get(own, set())
        # Rows that counted nowhere before may change as they like.
        is_unusable = own in self.quarantined or all(
            "rows_checked" in row.table and row["reason_code"] is not None for row in rows
        )
        if own in new:
            fate = QUARANTINED
        elif not near_new.get(mutation.group) and _only_keys_differ(rows):
            fate = SAME
        elif is_unusable:
            fate = QUARANTINED if own in self.quarantined else SET_ASIDE
        elif reasons & self.set_aside or _is_deleted(rows):
            fate = SET_ASIDE
        elif near_new.get(mutation.group) or _has_remark(rows):
            fate = REPORTED
        else:
            fate = TAKEN
        verdict = Verdict(mutation, fate, rows=rows)
        if before and not after:
            verdict.fault = "the row is lost"
        elif mutation.kind.same_marts and any(_is_counted(row, mutation) for row in rows):
            verdict.fault = "what is counted changes"
        elif fate not in mutation.kind.right and not is_unusable:
            verdict.fault = f"{fate}, which is wrong"
        elif (mutation.kind.follows or mutation.kind.is_none) and fate != SAME and not is_unusable:
            is_explained = bool(reasons & EXPLAINED)
            verdict.fault = None if is_explained else _unfollowed(mutation, rows, fate)
        return verdict


def _only_keys_differ(rows: Sequence[Row]) -> bool:
    """Where a spoiled value is a part of a row's key in its source table, the key differs."""
    contents = Counter[tuple[Any, ...]]()
    for row in rows:
        values = zip(row.names, row.values, strict=True)
        kept = tuple(value for name, value in values if name not in ("source_key", "change_key"))
        contents[row.table, *kept] += 1 if row.is_new else -1
    return not any(contents.values())


def _is_counted(row: Row, mutation: Mutation) -> bool:
    """Whether a row that differs was counted before, or people read its table."""
    was_counted = mutation.kind.copies and not row.is_new and row["reason_code"] is None
    return row.table.startswith("marts") or was_counted


def _is_deleted(rows: Sequence[Row]) -> bool:
    """A person who is deleted stays, and is marked."""
    deleted = Counter(row.is_new for row in rows if row["deleted_at"] is not None)
    return deleted[True] > deleted[False]


def _has_remark(rows: Sequence[Row]) -> bool:
    """Whether a row that is counted says that a part of it is not, or is unusual."""
    before = {_remark(row) for row in rows if not row.is_new}
    return any(_remark(row) and _remark(row) not in before for row in rows if row.is_new)


def _remark(row: Row) -> tuple[Any, ...] | None:
    key = (row.table, row["source_table"], row["source_key"], row["opportunity_key"])
    if row["reason_code"] is None and row["reason_detail"]:
        return (*key, row["reason_detail"])
    is_flagged = row.table.endswith(("opportunities_rows_checked", "ad_spend_rows_checked"))
    if is_flagged and row["amount"] is not None and row["amount"] < 0:
        return (*key, "negative")
    if row["is_currency_assumed"]:
        return (*key, "currency")
    if row.table == "marts.dim_opportunities" and row["outcome"] != "open":
        return (*key, "undated") if row["closed_at"] is None else None
    return None


def _unfollowed(mutation: Mutation, rows: Sequence[Row], fate: str) -> str | None:
    """What is wrong if a plausible new value stands nowhere in place of the old one."""
    if fate == QUARANTINED:
        return "a plausible value is not counted" if mutation.kind.follows else None
    keyed = {
        is_new: {
            (row.table, row["source_key"], row["copy_number"]): row
            for row in rows
            if row.is_new == is_new and row["source_table"] == mutation.table.split(".")[1]
        }
        for is_new in (True, False)
    }
    for key in keyed[False].keys() & keyed[True].keys():
        before, after = keyed[False][key], keyed[True][key]
        for name in before.names:
            was_read = _same(before[name], mutation.old) and after[name] != before[name]
            is_right = mutation.kind.follows and _same(after[name], mutation.new)
            if was_read and not is_right and after[name] is not None:
                return f"{name} of {key[0]} is {after[name]}"
    return None


def _same(value: Any, text: str) -> bool:
    try:
        if isinstance(value, datetime):
            return value == datetime.fromisoformat(text).replace(tzinfo=None)
        if isinstance(value, date):
            return value == datetime.fromisoformat(text).date()
        if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
            return Decimal(value) == Decimal(text)
    except (ValueError, InvalidOperation):
        pass
    return False


def _shown(rows: Sequence[Row]) -> str:
    row = rows[0]
    values = {name: value for name, value in zip(row.names, row.values, strict=True) if value}
    return f"{'new' if row.is_new else 'gone'} in {row.table}, {len(rows)} rows, first {values}"
