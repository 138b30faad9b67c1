"""Draws deals that a CRM got to know when they had closed, at companies of which nobody is known.

Some are entered on the day of the close. Others come with a company that was bought: its deals are
imported on one day, with the days on which they had closed.
"""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import numpy as np

from funnel.demo import customers as c
from funnel.demo import deals as d
from funnel.demo import settings as s
from funnel.demo.clock import DAY, END, HOUR, I64, START, Rng, happens, never, office, seconds, when
from funnel.demo.people import Accounts, Humans

IMPORTED_AT = seconds("2025-03-03") + 10 * HOUR
CLOSED_FROM, CLOSED_BEFORE = seconds("2024-04-01"), seconds("2025-02-15")
WON_SHARE = 0.75


def draw_late_deals(
    seed: int, chunk: int, accounts: Accounts, humans: Humans, usual: int
) -> tuple[d.Deals, c.Subscriptions]:
    """The deals, what followed them, and the subscriptions; usual: how many other deals exist."""
    rng = np.random.default_rng([seed, chunk, crc32(b"late deals")])
    count = 2 + int(usual * s.LATE_DEAL_SHARE)
    empty = np.setdiff1d(np.arange(len(accounts.start)), humans.account)[: 2 * count]
    created, closed = _times(rng, len(empty))
    deals = _deals(rng, accounts, empty, created, closed)
    followers, subscriptions = c.draw_customers(rng, deals, accounts.segment[empty])
    known = [part.take(part.created > created[part.parent]) for part in followers]
    return d.join([deals, *known]), _billed_from(subscriptions, created[subscriptions.deal] + DAY)


def _times(rng: Rng, count: int) -> tuple[I64, I64]:
    """When each deal was entered and when it closed: every second one was imported."""
    entered = office(START + (rng.random(count) * (END - START)).astype(np.int64))
    days = rng.integers(CLOSED_FROM // DAY, CLOSED_BEFORE // DAY, count)
    imported = np.arange(count) % 2 == 1
    created = np.where(imported, IMPORTED_AT + np.arange(count), entered)
    return created, np.where(imported, days * DAY, entered)


def _deals(rng: Rng, accounts: Accounts, account: I64, created: I64, closed: I64) -> d.Deals:
    count = len(account)
    openings = d.Openings(
        human=np.full(count, -1),
        account=account,
        segment=accounts.segment[account],
        in_salesforce=accounts.in_salesforce[account],
        created=created,
        quality=np.ones(count),
        is_contactless=np.ones(count, dtype=np.bool_),
    )
    deals = d.open_new_business(rng, accounts, openings)
    return replace(
        deals,
        closed=closed,
        is_won=rng.random(count) < WON_SHARE,
        depth=np.zeros(count, dtype=np.int64),
        first_seats=deals.seats,
        resized=never(count),
    )


def _billed_from(subscriptions: c.Subscriptions, first: I64) -> c.Subscriptions:
    """A company that was bought is billed by us from the day after the import."""
    start = np.maximum(subscriptions.start, first)
    grown = when(subscriptions.grown > start, subscriptions.grown)
    shrunk = when(subscriptions.shrunk > start, subscriptions.shrunk)
    return replace(
        subscriptions,
        start=start,
        grown=grown,
        shrunk=shrunk,
        fewer_seats=np.where(happens(shrunk), subscriptions.fewer_seats, 0),
        onboarding=np.maximum(subscriptions.onboarding, first),
        onboarded=np.maximum(subscriptions.onboarded, first + DAY),
    )
