"""The price list: three editions far apart, what was negotiated, and the day prices went up.

Editions and discounts have a source of chance of their own, with a draw for each deal that begins a
customer; the deals that follow it have the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import DAY, I64, NEVER, Flags, seconds
from funnel.demo.customers import MONTH, YEAR, Subscriptions
from funnel.demo.deals import RENEWAL, Deals
from funnel.demo.touches import stream
from funnel.demo.world import World

EDITIONS = ("seat", "starter", "suite")
RAISED_AT = seconds("2025-10-01")
RENEWAL_NOTICE = 45 * DAY
"""So long before a term begins, its renewal is offered at the price of the term."""
ROUND_FROM, ROUND_TO = 10_000, 100
"""A negotiated amount in dollars of at least the first is rounded down to the second."""


def list_price(edition: I64, currency: I64, is_raised: Flags) -> I64:
    """One seat for one year, in units of the currency."""
    return np.asarray(s.LIST_PRICES[np.asarray(is_raised, dtype=np.int64), edition, currency])


@dataclass(frozen=True)
class Terms:
    """One row a deal: its edition, what was taken off in per cent, and which list it is from."""

    edition: I64
    percent: I64
    is_raised: Flags
    currency: I64

    def amount(self, rows: I64, seats: I64) -> I64:
        """The yearly worth of the seats of each of the deals, in units of the deal's currency."""
        currency, percent = self.currency[rows], self.percent[rows]
        full = seats * list_price(self.edition[rows], currency, self.is_raised[rows])
        less = full * (100 - percent) // 100
        dollar = np.maximum(s.SEAT_PRICE[currency] // s.SEAT_PRICE[0], 1)
        rounds = (percent > 0) & (less >= ROUND_FROM * dollar)
        return np.where(rounds, less // (ROUND_TO * dollar) * (ROUND_TO * dollar), less)


def terms_of(world: World) -> Terms:
    """What each deal was sold for: an offer keeps the price of the day on which it was made."""
    deals = world.deals
    first = _first_deals(deals)
    edition = _picked(stream(world, "editions").random(len(deals)), s.EDITION_SHARE)
    discount = _picked(stream(world, "negotiated").random(len(deals)), s.NEGOTIATED_SHARE)
    notice = np.where(deals.kind == RENEWAL, RENEWAL_NOTICE, 0)
    is_raised = np.asarray(deals.created + notice >= RAISED_AT)
    percent = np.array(s.NEGOTIATED_PERCENT)[discount]
    return Terms(edition[first], percent[first], is_raised, deals.currency)


def _first_deals(deals: Deals) -> I64:
    """The deal with which the customer of each began; a twin's is that of its real one."""
    real = np.where(deals.merged_into >= 0, deals.merged_into, np.arange(len(deals)))
    return deals.parent[real]


def _picked(dice: np.ndarray[tuple[int], np.dtype[np.float64]], shares: tuple[float, ...]) -> I64:
    return np.searchsorted(np.cumsum(shares)[:-1], dice, "right").astype(np.int64)


@dataclass(frozen=True)
class SeatPrices:
    """One row a subscription: the edition of its seats, and since when they cost the new price."""

    edition: I64
    raised: I64
    currency: I64

    def at(self, rows: I64, times: I64) -> I64:
        """A seat for a year in each of the subscriptions at a time, in units of the currency."""
        is_raised = self.raised[rows] <= times
        return list_price(self.edition[rows], self.currency[rows], is_raised)


def seat_prices_of(world: World) -> SeatPrices:
    """Who has subscribed moves to the new price with the first period that begins after it."""
    subscriptions, terms = world.subscriptions, terms_of(world)
    start = subscriptions.start
    later = _next_period(subscriptions, np.maximum(RAISED_AT, start + 1))
    raised = np.where(terms.is_raised[subscriptions.deal], start, later)
    runs = raised < np.minimum(subscriptions.end, NEVER)
    edition = terms.edition[subscriptions.deal]
    return SeatPrices(edition, np.where(runs, raised, NEVER), subscriptions.currency)


def _next_period(subscriptions: Subscriptions, times: I64) -> I64:
    """When the first period of each subscription begins that does not begin before its time."""
    length = np.where(subscriptions.is_monthly, MONTH, YEAR)
    count = -(-(times - subscriptions.start) // length)
    return np.asarray(subscriptions.start + np.maximum(count, 0) * length)
