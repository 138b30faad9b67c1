"""Draws customers who are older than the CRM: it has their renewals, and never had their first win.

Stripe knows them from the first renewal on; before that they were billed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import numpy as np

from funnel.demo import customers as c
from funnel.demo import deals as d
from funnel.demo import settings as s
from funnel.demo.clock import DAY, I64, START, Rng, never, office, uniform_days
from funnel.demo.people import Accounts, Humans

FIRST_RENEWALS_DAYS = 400
"""Their first renewals come in this time after the CRM was introduced."""
WON_SHARE = 0.8


def draw_older_customers(
    seed: int, chunk: int, accounts: Accounts, humans: Humans, usual: int
) -> tuple[d.Deals, c.Subscriptions]:
    """Their renewals and expansions, and the subscriptions; usual: how many deals exist."""
    rng = np.random.default_rng([seed, chunk, crc32(b"older customers")])
    count = 4 + int(usual * s.OLDER_CUSTOMER_SHARE)
    empty = np.setdiff1d(np.arange(len(accounts.start)), humans.account)[-count:]
    renewals = _first_renewals(rng, accounts, empty)
    followers, subscriptions = c.draw_customers(rng, renewals, accounts.segment[empty])
    unknown = never(len(subscriptions))
    known = replace(subscriptions, onboarding=unknown, onboarded=unknown)
    return d.join([renewals, *followers]), known


def _first_renewals(rng: Rng, accounts: Accounts, account: I64) -> d.Deals:
    """The first deal that the CRM has of each: a renewal, every fifth one lost."""
    count = len(account)
    days = rng.uniform(5, FIRST_RENEWALS_DAYS, count)
    created = office(START + (days * DAY).astype(np.int64))
    openings = d.Openings(
        human=np.full(count, -1),
        account=account,
        segment=accounts.segment[account],
        in_salesforce=accounts.in_salesforce[account],
        created=created,
        quality=np.ones(count),
        is_contactless=np.ones(count, dtype=np.bool_),
    )
    won = np.arange(count) % round(1 / (1 - WON_SHARE)) != 0
    deals = d.open_new_business(rng, accounts, openings)
    return replace(
        deals,
        kind=np.full(count, d.RENEWAL),
        is_won=won,
        depth=np.where(won, 4, 2),
        closed=office(uniform_days(rng, created, 20, 40)),
        first_seats=deals.seats,
        resized=never(count),
    )
