"""Flattens the walks into touches, the events that later become evidence."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import I64, NEVER, Flags, Rng, happens, never, uniform_days, when
from funnel.demo.world import World

FORM, EVENT, LEAD, CLICK, CALL, MEETING = range(6)


@dataclass(frozen=True)
class Touches:
    """One row a touch, kind by kind."""

    human: I64
    at: I64
    kind: I64
    gone: I64
    """When its row was deleted or erased."""
    by_second: Flags
    """Whether it was recorded for the human's second HubSpot contact."""

    @property
    def is_erased(self) -> Flags:
        """Whose row, where it goes, goes without a word: a campaign member's."""
        return np.asarray(self.kind == EVENT)

    def of(self, kind: int) -> Touches:
        """The touches of one kind."""
        rows = self.kind == kind
        return Touches(
            self.human[rows], self.at[rows], self.kind[rows], self.gone[rows], self.by_second[rows]
        )


def stream(world: World, name: str) -> Rng:
    """A source of chance of its own for one purpose in one chunk."""
    return np.random.default_rng([world.seed, world.chunk, crc32(name.encode())])


def _flat(human: I64, times: I64) -> tuple[I64, I64]:
    """The rows of a matrix of times in which something happens."""
    matrix = times if times.ndim == 2 else times[:, None]
    rows, columns = np.nonzero(happens(matrix))
    return human[rows], matrix[rows, columns]


def _kinds(world: World) -> list[tuple[int, I64, I64]]:
    found: list[tuple[int, I64, I64]] = []
    for walk in world.walks:
        for kind, times in (
            (FORM, walk.forms),
            (EVENT, walk.attended),
            (LEAD, walk.lead_created),
            (CLICK, walk.clicks),
            (CALL, walk.calls),
            (MEETING, walk.meetings),
        ):
            found.append((kind, *_flat(walk.human, times)))
    return found


def touches_of(world: World) -> Touches:
    """All touches of a chunk, gone ones and those of second records included."""
    parts = _kinds(world)
    human = np.concatenate([part[1] for part in parts])
    at = np.concatenate([part[2] for part in parts])
    kind = np.concatenate([np.full(len(part[1]), part[0]) for part in parts])
    first_walk = np.arange(len(kind)) < sum(len(part[1]) for part in parts[:6])
    gone = _gone(stream(world, "gone"), kind, at, first_walk)
    return _with_second_forms(world, Touches(human, at, kind, gone, np.zeros(len(at), dtype=bool)))


def _gone(rng: Rng, kind: I64, at: I64, first_walk: Flags) -> I64:
    dice = rng.random(len(kind))
    gone = (kind == CALL) & (dice < s.DELETED_TASK_SHARE)
    gone |= (kind == EVENT) & (dice < s.VANISHED_MEMBER_SHARE)
    return when(gone & first_walk, uniform_days(rng, at, 3, 60))


def _with_second_forms(world: World, touches: Touches) -> Touches:
    """The second contact of a human comes with a form submission."""
    human = np.flatnonzero(world.second.exists).astype(np.int64)
    return Touches(
        np.concatenate([touches.human, human]),
        np.concatenate([touches.at, world.second.created[human]]),
        np.concatenate([touches.kind, np.full(len(human), FORM)]),
        np.concatenate([touches.gone, never(len(human))]),
        np.concatenate([touches.by_second, np.ones(len(human), dtype=bool)]),
    )


@dataclass(frozen=True)
class Dropped:
    """One row each time sales gives somebody up."""

    human: I64
    at: I64
    is_recycled: Flags


def dropped_of(world: World) -> Dropped:
    """Everybody disqualified or recycled, in every walk."""
    walks = world.walks
    human = np.concatenate([w.human for w in walks])
    at = np.concatenate([w.exit for w in walks])
    recycled = np.concatenate([w.recycled < NEVER for w in walks])
    comes = happens(at)
    return Dropped(human[comes], at[comes], recycled[comes])


def returns_of(world: World) -> tuple[I64, I64]:
    """Who came back and when; sales then takes them up anew."""
    walk = world.walks[1]
    at = np.minimum(walk.forms[:, 0], walk.calls[:, 0])
    return walk.human, np.where(at < NEVER, at - 1, NEVER)
