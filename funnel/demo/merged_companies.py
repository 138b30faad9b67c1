"""Draws companies that a CRM had twice, until one record was merged into the other.

Stripe and Zendesk go on naming the record that lost, which some teams copied before the merge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import DAY, HOUR, I64, NEVER, Flags, when
from funnel.demo.touches import stream
from funnel.demo.world import World


@dataclass(frozen=True)
class Twins:
    """One row an account: when its second record was made and merged away, never if it has none."""

    created: I64
    merged: I64

    @property
    def exists(self) -> Flags:
        """Which accounts have one."""
        return np.asarray(self.created < NEVER)


def twins_of(world: World, known: I64, in_salesforce: bool) -> Twins:
    """The second records in one CRM, of customers who paid after the merge.

    known: when the CRM got to know each account.
    """
    subscriptions = world.subscriptions
    paid = world.first_account_time(subscriptions.account, subscriptions.start)
    sold = np.zeros(len(known), dtype=np.bool_)
    sold_here = world.deals.in_salesforce[subscriptions.deal] == in_salesforce
    sold[subscriptions.account[sold_here]] = True
    merged = when(known < NEVER, known + HOUR + DAY)
    chosen = stream(world, "twins").random(len(known)) < s.MERGED_COMPANY_SHARE
    chosen &= sold & (paid < NEVER) & (merged < paid)
    return Twins(when(chosen, known + HOUR), when(chosen, merged))
