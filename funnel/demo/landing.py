"""Lands rows as they stand at a moment: what has happened by then, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from funnel.demo import settings as s
from funnel.demo.clock import DAY, HOUR, I64, NEVER, Flags, Rng
from funnel.demo.schema import SYNCED, TYPES, arrow_schema, columns

MILLISECOND = 1_000
"""In the unit of the landed times. Connectors end a version one before the next begins."""
Values = Any
"""A numpy array, a pyarrow array, one value for all rows, or None."""


class Lander:
    """Collects the landed tables of one chunk."""

    def __init__(self, seed: int, chunk: int, until: int, is_quiet: bool = False) -> None:
        self.seed, self.chunk, self.until, self.is_quiet = seed, chunk, until, is_quiet
        self.tables: dict[str, list[pa.Table]] = {}

    def rng(self, name: str) -> Rng:
        """A source of chance of its own for one table."""
        return np.random.default_rng([self.seed, self.chunk, crc32(name.encode())])

    def land(
        self,
        table: str,
        at: I64,
        values: Mapping[str, Values],
        *,
        changes: Sequence[I64] = (),
        deleted: I64 | None = None,
        vanished: I64 | None = None,
        repeats: bool = False,
    ) -> None:
        """Rows that come at their times and change later; the draws never depend on the moment.

        deleted: when the connector saw that a row is deleted. It knows no other time of that.
        """
        rng = self.rng("land " + table + str(len(self.tables.get(table, []))))
        lag, twice = _lags(rng, len(at)), rng.random(len(at)) < s.DUPLICATE_ROW_SHARE
        kept = np.asarray(at < self.until)
        if vanished is not None:
            kept = kept & ~(vanished < self.until)
        synced = self.last_change(at, changes) + lag
        if deleted is not None:
            synced = np.where(deleted < self.until, deleted, synced)
        self.add(table, self._build(table, values, kept, synced))
        if repeats:
            self.add(table, self._build(table, values, kept & twice, synced - HOUR))

    def add(self, table: str, rows: pa.Table) -> None:
        """Rows that are ready."""
        self.tables.setdefault(table, []).append(rows)

    def last_change(self, at: I64, changes: Sequence[I64]) -> I64:
        """When each row was last touched before the moment."""
        last = at
        for change in changes:
            last = np.where(change < self.until, np.maximum(last, change), last)
        return last

    def by_now(self, times: I64) -> Flags:
        """Which of the times have come."""
        return np.asarray(times < self.until)

    def _build(
        self, table: str, values: Mapping[str, Values], kept: Flags, synced: I64
    ) -> pa.Table:
        kinds = columns(table)
        unknown = set(values) - set(kinds)
        if unknown:
            raise KeyError(f"{table} has no columns {sorted(unknown)}")
        filled = {**values, SYNCED: synced}
        arrays = [self._column(kind, filled.get(name), kept) for name, kind in kinds.items()]
        return pa.Table.from_arrays(arrays, schema=arrow_schema(table))

    def _column(self, kind: str, value: Values, kept: Flags) -> pa.Array:
        if value is None or isinstance(value, str | bool | int | float):
            return pa.repeat(pa.scalar(value, TYPES[kind]), int(kept.sum()))
        if isinstance(value, np.ndarray):
            limit = self.until if kind == "at" else NEVER
            return _from_numpy(kind, value[kept], limit)
        column = value.filter(pa.array(kept))
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _from_numpy(kind: str, value: np.ndarray[Any, np.dtype[Any]], limit: int) -> pa.Array:
    if kind in ("at", "when", "end"):
        before = MILLISECOND if kind == "end" else 0
        micros = pa.array(value.astype(np.int64) * 1_000_000 - before, mask=value >= limit)
        return micros.view(TYPES[kind])
    if kind == "date":
        return pa.array((value // DAY).astype(np.int32)).view(TYPES[kind])
    if kind == "int":
        return pa.array(value.astype(np.int64), mask=value < 0)
    if kind == "float":
        return pa.array(value.astype(np.float64), mask=np.isnan(value))
    return pa.array(value, TYPES[kind])


def _lags(rng: Rng, count: int) -> I64:
    """Minutes as a rule, days for the few rows that come late."""
    late = rng.random(count) < s.LATE_ROW_SHARE
    days = np.where(late, rng.uniform(3, 20, count), rng.uniform(0.002, 0.05, count))
    return (days * DAY).astype(np.int64)
