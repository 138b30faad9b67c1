"""How many people work at the accounts, and how that changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import I64, NEVER, Rng, happens, wait, when

MEDIAN_DAYS_UNTIL_CHANGE = 20.0
SMALL, LARGE = 30, 100
"""Most changes below the first are growth; above the second a company changes less often."""


@dataclass(frozen=True)
class Sizes:
    """One row an account: its employees at first, and from its one change on; -1 is unknown."""

    first: I64
    changed: I64
    later: I64

    def at(self, account: I64, times: I64 | int) -> I64:
        """The employees of the accounts at the times, unknown without an account."""
        known = np.maximum(account, 0)
        size = np.where(self.changed[known] <= times, self.later[known], self.first[known])
        return np.where(account >= 0, size, -1)


def draw_sizes(rng: Rng, first: I64, company_created: I64) -> Sizes:
    """A few accounts change once, some time after HubSpot has heard of the company."""
    count = len(first)
    chosen = happens(company_created) & (first >= 0)
    share = np.where(first < LARGE, 1.3, 0.5) * s.RESIZED_ACCOUNT_SHARE
    chosen &= rng.random(count) < share
    changed = wait(rng, company_created, MEDIAN_DAYS_UNTIL_CHANGE, 1.5) + 1
    grows = rng.random(count) < np.where(first < SMALL, 0.9, 0.3)
    factor = np.where(grows, rng.uniform(1.3, 4.0, count), rng.uniform(0.3, 0.8, count))
    later = np.maximum((first * factor).astype(np.int64), 2)
    chosen &= (changed < NEVER) & (later != first)
    return Sizes(first, when(chosen & happens(changed), changed), later)
