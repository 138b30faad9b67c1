"""Draws deals that are opened while another one of the same account is open.

Half of them are with the same person, the others with a colleague. Some stay open, some are lost,
and beside a lost one some are won.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from funnel.demo import customers as c
from funnel.demo import deals as d
from funnel.demo import settings as s
from funnel.demo.clock import DAY, END, I64, NEVER, Flags, Rng, happens, office, uniform_days, when
from funnel.demo.people import Accounts, Humans

SHORTEST_DAYS = 12
"""How long the first deal is open at least."""


@dataclass(frozen=True)
class Colleagues:
    """Since when each human could be the person of a deal, never for those who could not."""

    known: I64

    def beside(self, accounts: I64, human: I64, created: I64) -> I64:
        """A neighbour at the same account, if sales knows them by then; else -1."""
        found = np.full(len(human), -1)
        for step in (-1, 1):
            other = np.clip(human + step, 0, len(accounts) - 1)
            fits = (other != human) & (accounts[other] == accounts[human])
            found = np.where(fits & (self.known[other] < created), other, found)
        return found


def draw_parallel_deals(
    seed: int,
    chunk: int,
    accounts: Accounts,
    humans: Humans,
    deals: d.Deals,
    colleagues: Colleagues,
    gone: Flags,
) -> tuple[d.Deals, c.Subscriptions]:
    """The deals, what followed them, and the subscriptions; gone: who came back or was dropped."""
    rng = np.random.default_rng([seed, chunk, crc32(b"parallel deals")])
    chosen = rng.random(len(deals)) < s.PARALLEL_DEAL_SHARE
    rows = np.flatnonzero(_may_have(deals, gone) & chosen)
    first = deals.take(rows.astype(np.int64))
    created = _beginnings(rng, first)
    fits = happens(created) & (created < first.closed)
    first, created = first.take(fits), created[fits]
    other = colleagues.beside(humans.account, first.human, created)
    other = np.where(rng.random(len(other)) < s.PARALLEL_COLLEAGUE_SHARE, other, -1)
    human = np.where(other >= 0, other, first.human)
    parallel = _deals(rng, accounts, first, human, created)
    segment = accounts.segment[parallel.account]
    followers, subscriptions = c.draw_customers(rng, parallel, segment)
    return d.join([parallel, *followers]), subscriptions


def _may_have(deals: d.Deals, gone: Flags) -> Flags:
    """New business of a person who has no other, long enough, neither deleted nor reopened."""
    known = (deals.kind == d.NEW) & (deals.human >= 0) & (deals.account >= 0)
    human = np.maximum(deals.human, 0)
    count = np.bincount(human[known], minlength=len(gone))
    alone = known & (count[human] == 1) & ~gone[human] & ~deals.is_contactless
    alone &= (deals.reopened == NEVER) & (deals.deleted == NEVER) & happens(deals.created)
    length = np.minimum(deals.closed, END) - deals.created
    return np.asarray(alone & (length > SHORTEST_DAYS * DAY))


def _beginnings(rng: Rng, first: d.Deals) -> I64:
    """Some time in the first half of the deal beside it."""
    length = np.minimum(first.closed, END) - first.created
    share = rng.uniform(0.1, 0.5, len(first))
    return office(first.created + (share * length).astype(np.int64))


def _deals(rng: Rng, accounts: Accounts, first: d.Deals, human: I64, created: I64) -> d.Deals:
    count = len(first)
    openings = d.Openings(
        human=human,
        account=first.account,
        segment=accounts.segment[first.account],
        in_salesforce=first.in_salesforce,
        created=created,
        quality=np.ones(count),
        is_contactless=np.zeros(count, dtype=np.bool_),
    )
    deals = d.open_new_business(rng, accounts, openings)
    dice = rng.random(count)
    won = ~first.is_won & happens(first.closed) & (dice < s.PARALLEL_WON_SHARE)
    # Of the others a third stays open, and two thirds of those beside an open one.
    stays = np.arange(count) % 3 < np.where(happens(first.closed), 1, 2)
    ends = won | ~stays
    closed = when(ends, office(uniform_days(rng, created, 8, 60)))
    return replace(
        deals,
        is_won=won,
        closed=closed,
        depth=np.where(won, 4, np.minimum(deals.depth, 3)),
        first_seats=deals.seats,
        resized=np.full(count, NEVER),
    )
