"""Draws what follows a won deal: subscription, renewals, expansion, churn, tickets."""

from __future__ import annotations

from dataclasses import dataclass

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
from funnel.demo.deals import EXPANSION, RENEWAL, Deals

YEAR = 365 * DAY
MONTH = 30 * DAY + 36_000
EXPANSION_WON_SHARE = 0.8
MONTHLY_SHARE = np.array([0.7, 0.3, 0.0])


@dataclass(frozen=True)
class Subscriptions:
    """One row a won new-business deal with an account."""

    deal: I64
    human: I64
    account: I64
    start: I64
    end: I64
    seats: I64
    grown: I64
    more_seats: I64
    shrunk: I64
    fewer_seats: I64
    is_monthly: Flags
    currency: I64
    onboarding: I64
    onboarded: I64

    def __len__(self) -> int:
        return len(self.deal)

    @property
    def changes(self) -> I64:
        """A row of times a subscription, in order: the start, every change, the end."""
        times = np.stack([self.start, self.grown, self.shrunk, self.end], axis=1)
        return np.sort(np.minimum(times, NEVER), axis=1)

    def seats_at(self, times: I64 | int) -> I64:
        """The seats paid for at a moment."""
        grown = np.where(self.grown <= times, self.more_seats, 0)
        shrunk = np.where(self.shrunk <= times, self.fewer_seats, 0)
        return np.asarray(self.seats + grown - shrunk)


def _follow_up(parents: Deals, rows: I64, kind: int, times: tuple[I64, I64], won: Flags) -> Deals:
    """Deals that follow won ones, with the same person, account and currency."""
    part, count = parents.take(rows), len(rows)
    created, closed = times
    return Deals(
        human=part.human,
        account=part.account,
        parent=rows,
        kind=np.full(count, kind),
        in_salesforce=part.in_salesforce,
        created=created,
        depth=np.where(won, 4, 2),
        closed=closed,
        is_won=won,
        lost_first=never(count),
        reopened=never(count),
        currency=part.currency,
        seats=part.seats,
        first_seats=part.seats,
        resized=never(count),
        deleted=never(count),
        merged_into=np.full(count, -1),
        is_contactless=part.is_contactless,
    )


def _renewals(rng: Rng, deals: Deals, rows: I64, year: int, rate: F64) -> tuple[Deals, I64]:
    """One renewal each, and when the subscription ends for those who refuse."""
    due = deals.closed[rows] + year * YEAR
    created = office(due - (rng.uniform(30, 60, len(rows)) * DAY).astype(np.int64))
    closed = office(due - (rng.uniform(2, 12, len(rows)) * DAY).astype(np.int64))
    won = rng.random(len(rows)) < rate
    ends = when(~won, uniform_days(rng, np.maximum(due, closed), 1, 3))
    return _follow_up(deals, rows, RENEWAL, (created, closed), won), ends


def _yearly(rng: Rng, deals: Deals, rows: I64, rate: F64) -> tuple[list[Deals], I64]:
    """Both renewals that fit in the period, and the end of each subscription."""
    first, end = _renewals(rng, deals, rows, 1, rate)
    second, later = _renewals(rng, deals, rows, 2, rate)
    stays = first.is_won
    end = np.where(stays, later, end)
    first_comes, second_comes = happens(first.created), stays & happens(second.created)
    return [first.take(first_comes), second.take(second_comes)], end


def _expansions(rng: Rng, deals: Deals, rows: I64, rate: F64) -> tuple[Deals, I64, I64]:
    """Offers of more seats, all of them before the first renewal is due."""
    count = len(rows)
    created = office(uniform_days(rng, deals.closed[rows], 40, 230))
    closed = office(uniform_days(rng, created, 6, 50))
    won = rng.random(count) < EXPANSION_WON_SHARE
    offered = (rng.random(count) < rate / EXPANSION_WON_SHARE) & happens(created)
    extra = np.maximum(deals.seats[rows] * rng.uniform(0.1, 0.6, count), 1).astype(np.int64)
    part = _follow_up(deals, rows, EXPANSION, (created, closed), won)
    sized = Deals(**{**part.__dict__, "seats": extra, "first_seats": extra}).take(offered)
    return sized, when(offered & won, closed), extra


def _onboarding(rng: Rng, won: I64, segment: I64) -> tuple[I64, I64]:
    created = office(uniform_days(rng, won, 0.1, 3))
    solved = rng.random(len(won)) < s.RATE["onboarded"][segment]
    done = office(wait(rng, created + DAY, s.MEDIAN_DAYS["onboarded"][segment]))
    return created, when(solved, done)


def draw_customers(rng: Rng, deals: Deals, segment: I64) -> tuple[list[Deals], Subscriptions]:
    """The follow-up deals (parents point into these deals) and the subscriptions."""
    chosen = deals.is_won & (deals.account >= 0) & happens(deals.closed)
    rows = np.flatnonzero(chosen).astype(np.int64)
    renewals, end = _yearly(rng, deals, rows, s.RATE["retained"][segment[rows]])
    expansion, grown, extra = _expansions(rng, deals, rows, s.RATE["expanded"][segment[rows]])
    shrinks = rng.random(len(rows)) < s.CONTRACTION_SHARE
    shrunk = when(shrinks, uniform_days(rng, deals.closed[rows], 60, 330))
    onboarding, onboarded = _onboarding(rng, deals.closed[rows], segment[rows])
    subscriptions = Subscriptions(
        deal=rows,
        human=deals.human[rows],
        account=deals.account[rows],
        start=uniform_days(rng, deals.closed[rows], 0.1, 1.5),
        end=np.where(end < END, end, NEVER),
        seats=deals.seats[rows],
        grown=uniform_days(rng, grown, 0.1, 1),
        more_seats=extra,
        shrunk=shrunk,
        fewer_seats=np.where(shrinks, deals.seats[rows] // 4, 0),
        is_monthly=rng.random(len(rows)) < MONTHLY_SHARE[segment[rows]],
        currency=deals.currency[rows],
        onboarding=onboarding,
        onboarded=onboarded,
    )
    return [*renewals, expansion], subscriptions


def join(parts: list[Subscriptions], offsets: list[int]) -> Subscriptions:
    """Several sets in one; the offsets say where the deals of each set begin."""
    moved = [{**p.__dict__, "deal": p.deal + o} for p, o in zip(parts, offsets, strict=True)]
    names = list(parts[0].__dict__)
    return Subscriptions(**{n: np.concatenate([part[n] for part in moved]) for n in names})
