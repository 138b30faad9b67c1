"""Draws which subscriptions have a coupon: for good, or for their first months.

What was negotiated for the deal is a coupon, too, unless the subscription has another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import I64, NEVER, Flags
from funnel.demo.customers import MONTH
from funnel.demo.prices import terms_of
from funnel.demo.touches import stream
from funnel.demo.world import World

LOYAL, WELCOME, NEGOTIATED = "LOYAL20", "WELCOME50", "DEAL"
LOYAL_PERCENT, WELCOME_PERCENT, WELCOME_MONTHS = 20, 50, 3


@dataclass(frozen=True)
class Discounts:
    """One row a subscription: what its coupon takes off, and until when; 0 is no coupon."""

    percent: I64
    until: I64

    @property
    def is_loyal(self) -> Flags:
        """Whether it holds for good."""
        return np.asarray(self.percent == LOYAL_PERCENT)

    def coupon(self, rows: I64) -> t.Text:
        """The coupon of each of the subscriptions that have one."""
        percent = self.percent[rows]
        negotiated = t.joined(NEGOTIATED, t.digits(percent))
        welcome = t.either(percent == WELCOME_PERCENT, WELCOME, negotiated)
        return t.either(self.is_loyal[rows], LOYAL, welcome)

    def percent_at(self, rows: I64, times: I64) -> I64:
        """What is taken off the subscriptions at the times."""
        return np.where(times < self.until[rows], self.percent[rows], 0)


def discounts_of(world: World) -> Discounts:
    """The coupon of each subscription; that for the first months only where months are billed."""
    subscriptions = world.subscriptions
    dice = stream(world, "coupons").random(len(subscriptions))
    loyal = dice < s.LOYAL_COUPON_SHARE
    welcome = ~loyal & subscriptions.is_monthly & (dice > 1 - s.WELCOME_COUPON_SHARE)
    negotiated = terms_of(world).percent[subscriptions.deal]
    percent = np.where(welcome, WELCOME_PERCENT, negotiated)
    percent = np.where(loyal, LOYAL_PERCENT, percent)
    until = np.where(welcome, subscriptions.start + WELCOME_MONTHS * MONTH, NEVER)
    return Discounts(percent, until)
