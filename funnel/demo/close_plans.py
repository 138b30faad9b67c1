"""Draws when reps expect to close a deal, and how sure they are of it: what they wrote, and when.

A rep sets a close date with the deal, and moves it when it comes near: mostly to a later day. Most
deals that end get a date that is about right some days before. The forecast category follows the
stage; hopeful reps are a stage ahead of it, careful ones a stage behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import DAY, END, I64, NEVER, Flags, Rng, never, uniform_days, when
from funnel.demo.deals import LOST_STAGE, WON_STAGE, Deals, StageSteps, latest_before
from funnel.demo.world import World

CATEGORIES = ("pipeline", "best_case", "commit", "closed", "omitted")
STAGE_CATEGORY = np.array([0, 0, 1, 2, 3, 4])
COMMIT = 2
REVIEWS = 6


@dataclass(frozen=True)
class CloseDates:
    """One row each time the expected close date of a deal was set, in order of deal and time."""

    deal: I64
    at: I64
    date: I64
    """The first second of the day on which it is expected to close."""

    def latest(self, count: int, until: int) -> I64:
        """The last date that each deal had before the moment, 0 for none."""
        found = np.zeros(count, dtype=np.int64)
        known = self.at < until
        found[self.deal[known]] = self.date[known]
        return found

    def at_time(self, deal: I64, at: I64) -> I64:
        """The date of each of the deals at its time."""
        return _value_at(self.deal, self.at, self.date, deal, at)

    def latest_time(self, count: int, until: int) -> I64:
        """When each deal got its date, never for none yet."""
        found = never(count)
        known = self.at < until
        found[self.deal[known]] = self.at[known]
        return found


@dataclass(frozen=True)
class Categories:
    """One row each time a deal entered a forecast category, in order of deal and time."""

    deal: I64
    at: I64
    category: I64

    def latest(self, count: int, until: int) -> I64:
        """The last category of each deal before the moment, -1 for none."""
        found = np.full(count, -1, dtype=np.int64)
        known = self.at < until
        found[self.deal[known]] = self.category[known]
        return found

    def at_time(self, deal: I64, at: I64) -> I64:
        """The category of each of the deals at its time."""
        return _value_at(self.deal, self.at, self.category, deal, at)


def _rng(world: World, name: str) -> Rng:
    return np.random.default_rng([world.seed, world.chunk, crc32(f"close plan {name}".encode())])


def close_dates_of(world: World) -> CloseDates:
    """Every date that reps set, and the day of the close, which the CRM sets itself."""
    deals, rng = world.deals, _rng(world, "dates")
    first_end = np.minimum(deals.closed, deals.lost_first)
    start = when(~deals.is_late, deals.created)
    date = uniform_days(rng, start, 10, 65)
    knows = _about_right(rng, start, first_end)
    again = deals.reopened
    second = uniform_days(rng, again, 15, 60)
    parts = [
        (start, date),
        *_reviews(rng, start, date, np.minimum(first_end, knows[0])),
        knows,
        (again, second),
        *_reviews(rng, again, second, deals.closed),
        (deals.lost_first, deals.lost_first),
        (np.maximum(deals.closed, deals.created), deals.closed),
    ]
    return _sorted_dates(
        deals, np.stack([part[0] for part in parts]), np.stack([part[1] for part in parts])
    )


def _reviews(rng: Rng, start: I64, date: I64, end: I64) -> list[tuple[I64, I64]]:
    """A rep looks at the deal when its date comes near, and moves it; neglected deals stay."""
    found = []
    neglected = rng.random(len(start)) < s.NEGLECTED_DATE_SHARE
    before = start
    for _ in range(REVIEWS):
        at = np.maximum(date + (rng.uniform(-12, 4, len(date)) * DAY).astype(np.int64), before)
        at = at + (rng.uniform(0.1, 1.0, len(date)) * DAY).astype(np.int64)
        later = uniform_days(rng, at, 10, 50)
        earlier = uniform_days(rng, at, 2, 9)
        moved = np.where(rng.random(len(date)) < s.PULLED_IN_SHARE, earlier, later)
        comes = ~neglected & (start < NEVER) & (at < np.minimum(end, END)) & (date < NEVER)
        found.append((when(comes, at), when(comes, moved)))
        date, before = np.where(comes, moved, NEVER), np.where(comes, at, NEVER)
    return found


def _about_right(rng: Rng, created: I64, end: I64) -> tuple[I64, I64]:
    """Days before the end the rep knows about when it will be."""
    at = end - (rng.uniform(4, 20, len(end)) * DAY).astype(np.int64)
    date = uniform_days(rng, end, -2, 8)
    knows = (rng.random(len(end)) < s.FORESEEN_CLOSE_SHARE) & (end < NEVER) & (at > created)
    knows &= created < NEVER
    return when(knows, at), when(knows, date)


def _sorted_dates(deals: Deals, at: I64, dates: I64) -> CloseDates:
    deal = np.tile(np.arange(len(deals)), (len(at), 1))
    comes = (at < END) & (deals.created < END)
    deal, at, date = deal[comes], at[comes], dates[comes] // DAY * DAY
    order = np.lexsort((at, deal))
    deal, at, date = deal[order], at[order], date[order]
    new = np.ones(len(deal), dtype=np.bool_)
    new[1:] = (deal[1:] != deal[:-1]) | (date[1:] != date[:-1])
    return CloseDates(deal[new], at[new], date[new])


def categories_of(world: World) -> Categories:
    """What the rep of each deal says at each stage."""
    deals, steps = world.deals, world.steps
    dice = _rng(world, "tempers").random(len(deals))
    ahead = (dice < s.HOPEFUL_SHARE).astype(np.int64)
    behind = (dice > 1 - s.CAREFUL_SHARE).astype(np.int64)
    own = STAGE_CATEGORY[steps.stage]
    moved = np.clip(own + (ahead - behind)[steps.deal], 0, COMMIT)
    return _entered(steps, np.where(steps.stage < WON_STAGE, moved, own))


def _entered(steps: StageSteps, category: I64) -> Categories:
    new = np.ones(len(category), dtype=np.bool_)
    new[1:] = (steps.deal[1:] != steps.deal[:-1]) | (category[1:] != category[:-1])
    return Categories(steps.deal[new], steps.entered[new], category[new])


@dataclass(frozen=True)
class DealStates:
    """One row each time a deal changed in any way, with all that its CRM then says of it."""

    deal: I64
    at: I64
    stage: I64
    is_resized: Flags
    date: I64
    category: I64


def states_of(world: World, dates: CloseDates, categories: Categories) -> DealStates:
    """The whole story of every deal; one that closed when it was entered has one row."""
    deals, steps = world.deals, world.steps
    resized = np.flatnonzero(deals.resized < END)
    deal = np.concatenate([steps.deal, resized, dates.deal, categories.deal])
    at = np.concatenate([steps.entered, deals.resized[resized], dates.at, categories.at])
    keys = np.unique(deal * 2**41 + at)
    deal, at = keys // 2**41, keys % 2**41
    return DealStates(
        deal,
        at,
        latest_before(steps, deal, at + 1),
        np.asarray(deals.resized[deal] <= at),
        dates.at_time(deal, at),
        categories.at_time(deal, at),
    )


def _value_at(rows: I64, set_at: I64, value: I64, deal: I64, at: I64) -> I64:
    """The last value of each deal that was set by its time; rows are in order of deal and time."""
    place = np.searchsorted(rows * 2**41 + set_at, deal * 2**41 + at, "right") - 1
    fits = (place >= 0) & (rows[np.maximum(place, 0)] == deal)
    return np.where(fits, value[np.maximum(place, 0)], 0)


def ended(stage: I64) -> I64:
    """0 while open, 1 for won, 2 for lost."""
    return np.where(stage == WON_STAGE, 1, np.where(stage == LOST_STAGE, 2, 0)).astype(np.int64)
