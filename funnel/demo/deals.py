"""Draws deals: how long they take, how they end, what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import (
    DAY,
    END,
    F64,
    I64,
    NEVER,
    Flags,
    Rng,
    happens,
    never,
    office,
    uniform_days,
    wait,
    when,
)
from funnel.demo.people import Accounts

NEW, RENEWAL, EXPANSION = 0, 1, 2
WON_STAGE, LOST_STAGE = 4, 5
TIES = 1_000
"""The seconds of a creation are as good as a die, and cost no draw."""


@dataclass(frozen=True)
class Deals:
    """One row a deal; -1 in human, account or merged_into means none."""

    human: I64
    account: I64
    parent: I64
    """The new-business deal a renewal or an expansion follows; itself for new business."""
    kind: I64
    in_salesforce: Flags
    created: I64
    depth: I64
    """How many open stages it passes."""
    closed: I64
    is_won: Flags
    lost_first: I64
    """A first loss, before the deal was opened again."""
    reopened: I64
    currency: I64
    seats: I64
    first_seats: I64
    resized: I64
    """When the amount changed from the first seats to the final ones."""
    deleted: I64
    merged_into: I64
    is_contactless: Flags

    def __len__(self) -> int:
        return len(self.human)

    @property
    def closes_at_once(self) -> Flags:
        """Whether a rep in a hurry sets the last open stage and the close in one second."""
        dice = (self.created % TIES) < TIES * s.TIED_STAGE_SHARE
        return np.asarray(dice & self.in_salesforce & happens(self.closed))

    def take(self, rows: I64 | Flags) -> Deals:
        """Some of the deals (parents still point into the whole)."""
        return Deals(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @property
    def opened(self) -> I64:
        """When it began: by its close at the latest, however late it was entered."""
        return np.minimum(self.created, self.closed)

    @property
    def is_late(self) -> Flags:
        """Whether it had closed when it was entered: it passed no open stage."""
        return np.asarray(self.depth == 0)

    @property
    def won_at(self) -> I64:
        """When it is won."""
        return when(self.is_won, self.closed)

    @property
    def lost_at(self) -> I64:
        """When it is lost for good."""
        return when(~self.is_won, self.closed)

    def seats_at(self, until: int) -> I64:
        """The seats it speaks of at a moment."""
        return np.where(self.resized < until, self.seats, self.first_seats)


def join(parts: list[Deals]) -> Deals:
    """Several sets in one; each row keeps its parent."""
    offsets = np.cumsum([0, *[len(part) for part in parts]])
    moved = [_moved(part, int(offset)) for part, offset in zip(parts, offsets, strict=False)]
    names = [f.name for f in fields(Deals)]
    return Deals(**{n: np.concatenate([getattr(part, n) for part in moved]) for n in names})


def _moved(part: Deals, offset: int) -> Deals:
    own = part.kind == NEW
    parent = np.where(own, np.arange(len(part)) + offset, part.parent)
    return replace(part, parent=parent)


def _seats(rng: Rng, segment: I64) -> I64:
    drawn = s.MEDIAN_SEATS[segment] * rng.lognormal(0.0, 0.6, len(segment))
    seats = np.maximum(drawn, 2).astype(np.int64)
    for least, pack in s.SEAT_PACKS:
        seats = np.where(seats >= least, (seats + pack // 2) // pack * pack, seats)
    return seats


def _currency(accounts: Accounts, account: I64) -> I64:
    country = np.where(account >= 0, accounts.country[account], -1)
    return np.where(country >= 0, np.array(s.COUNTRY_CURRENCY)[country], 0)


@dataclass(frozen=True)
class Openings:
    """Where and when new business is opened."""

    human: I64
    account: I64
    segment: I64
    in_salesforce: Flags
    created: I64
    quality: F64
    is_contactless: Flags


def open_new_business(rng: Rng, accounts: Accounts, openings: Openings) -> Deals:
    """New-business deals, won or lost after a while; the few resized ones on the way."""
    count, segment = len(openings.human), openings.segment
    won = rng.random(count) < s.RATE["customer"][segment] * openings.quality**0.5
    closed = office(wait(rng, openings.created + DAY, s.MEDIAN_DAYS["customer"][segment]))
    seats, first = _resized_seats(rng, segment)
    middle = openings.created + (closed - openings.created) // 2
    return Deals(
        human=openings.human,
        account=openings.account,
        parent=np.arange(count),
        kind=np.full(count, NEW),
        in_salesforce=openings.in_salesforce,
        created=openings.created,
        depth=np.where(won, 4, rng.integers(1, 5, count)),
        closed=closed,
        is_won=won,
        lost_first=never(count),
        reopened=never(count),
        currency=_currency(accounts, openings.account),
        seats=seats,
        first_seats=first,
        resized=when(seats != first, middle),
        deleted=never(count),
        merged_into=np.full(count, -1),
        is_contactless=openings.is_contactless,
    )


def _resized_seats(rng: Rng, segment: I64) -> tuple[I64, I64]:
    seats = _seats(rng, segment)
    other = np.maximum(seats * rng.uniform(0.6, 1.5, len(seats)), 2).astype(np.int64)
    return seats, np.where(rng.random(len(seats)) < s.AMOUNT_CHANGE_SHARE, other, seats)


def reopen(rng: Rng, deals: Deals) -> Deals:
    """Some lost deals are opened again, and some of these are won."""
    count = len(deals)
    chosen = ~deals.is_won & (rng.random(count) < s.REOPENED_SHARE)
    again = office(uniform_days(rng, deals.closed, 5, 30))
    closed = office(wait(rng, again + DAY, 20.0))
    won = rng.random(count) < s.REOPENED_WON_SHARE
    return replace(
        deals,
        lost_first=when(chosen, deals.closed),
        reopened=when(chosen, again),
        closed=np.where(chosen, closed, deals.closed),
        is_won=np.where(chosen, won, deals.is_won),
        depth=np.where(chosen, 3, deals.depth),
    )


def second_tries(rng: Rng, accounts: Accounts, deals: Deals, segment: I64) -> Deals:
    """Within two months of a loss, the same person is offered another deal."""
    chosen = ~deals.is_won & (deals.reopened == NEVER) & ~deals.is_contactless
    chosen &= (deals.human >= 0) & (rng.random(len(deals)) < s.SECOND_DEAL_SHARE)
    chosen &= happens(deals.closed)
    lost = deals.take(chosen)
    created = office(uniform_days(rng, lost.closed, 10, 55))
    even = np.ones(len(lost))
    openings = Openings(
        lost.human,
        lost.account,
        segment[chosen],
        lost.in_salesforce,
        created,
        even,
        lost.is_contactless,
    )
    return open_new_business(rng, accounts, openings)


def delete_some(rng: Rng, deals: Deals, allowed: Flags) -> Deals:
    """A few deals that nothing followed are deleted."""
    chosen = allowed & ~deals.is_won & (rng.random(len(deals)) < s.DELETED_DEAL_SHARE)
    deleted = uniform_days(rng, deals.created, 15, 120)
    return replace(deals, deleted=when(chosen, deleted))


def merged_twins(rng: Rng, deals: Deals) -> Deals:
    """HubSpot deals entered twice: the twin is merged into the real one days later."""
    end = np.minimum(deals.closed, deals.lost_first)
    fits = ~deals.in_salesforce & (deals.human >= 0) & ~deals.is_contactless
    fits &= (end - deals.created > 20 * DAY) & (deals.deleted == NEVER) & (deals.kind == NEW)
    rows = np.flatnonzero(fits & (rng.random(len(deals)) < s.MERGED_DEAL_SHARE))
    twins = deals.take(rows)
    created = uniform_days(rng, twins.created, 1, 3)
    return replace(
        twins,
        created=created,
        closed=never(len(rows)),
        is_won=np.zeros(len(rows), dtype=np.bool_),
        lost_first=never(len(rows)),
        reopened=never(len(rows)),
        depth=np.ones(len(rows), dtype=np.int64),
        resized=never(len(rows)),
        deleted=uniform_days(rng, created, 3, 9),
        merged_into=rows.astype(np.int64),
    )


@dataclass(frozen=True)
class StageSteps:
    """One row each time a deal enters a stage, in order of deal and time."""

    deal: I64
    stage: I64
    entered: I64
    before: I64
    """The stage it came from, -1 at the creation."""
    left: I64

    def take(self, rows: I64 | Flags) -> StageSteps:
        """Some of the steps."""
        return StageSteps(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def latest_before(steps: StageSteps, deals: I64, times: I64) -> I64:
    """The stage of each of the deals just before its time; steps are in order of deal and time."""
    entered = steps.deal * 2**41 + steps.entered
    return np.asarray(steps.stage[np.searchsorted(entered, deals * 2**41 + times, "left") - 1])


def joined_steps(parts: list[StageSteps]) -> StageSteps:
    """Several sets of steps in one."""
    names = [f.name for f in fields(StageSteps)]
    return StageSteps(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def _open_steps(deals: Deals) -> tuple[I64, I64, I64]:
    first_end = np.minimum(deals.closed, deals.lost_first)
    end = np.where(first_end < NEVER, first_end, END + 90 * DAY)
    deal = np.repeat(np.arange(len(deals)), deals.depth)
    start = np.cumsum(deals.depth) - deals.depth
    stage = np.arange(len(deal)) - start[deal]
    share = (end - deals.created)[deal] * stage // deals.depth[deal]
    at = deals.created[deal] + share
    last = (stage > 0) & (stage == deals.depth[deal] - 1)
    return deal, stage, np.where(last & deals.closes_at_once[deal], end[deal], at)


def stage_steps(deals: Deals) -> StageSteps:
    """The way of every deal through its stages."""
    count = np.arange(len(deals))
    last = np.where(deals.is_won, WON_STAGE, LOST_STAGE)
    lost, back = np.full(len(deals), LOST_STAGE), np.full(len(deals), 2)
    opened = _open_steps(deals)
    deal = np.concatenate([opened[0], count, count, count])
    stage = np.concatenate([opened[1], lost, back, last])
    ended = np.maximum(deals.closed, deals.created)
    entered = np.concatenate([opened[2], deals.lost_first, deals.reopened, ended])
    comes = np.flatnonzero(happens(entered))
    order = comes[np.lexsort((entered[comes], deal[comes]))]
    return _linked(deal[order], stage[order], entered[order])


def _linked(deal: I64, stage: I64, entered: I64) -> StageSteps:
    same = np.zeros(len(deal), dtype=np.bool_)
    same[1:] = deal[1:] == deal[:-1]
    before = np.where(same, np.roll(stage, 1), -1)
    left = np.where(np.roll(same, -1), np.roll(entered, -1), NEVER)
    return StageSteps(deal, stage, entered, before, left)
