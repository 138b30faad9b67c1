"""What all landing modules look at: one chunk with its touches, names and ids."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from funnel.demo.clock import END, I64, NEVER, never, when
from funnel.demo.close_plans import (
    Categories,
    CloseDates,
    DealStates,
    categories_of,
    close_dates_of,
    states_of,
)
from funnel.demo.landing import Lander
from funnel.demo.merged_companies import Twins, twins_of
from funnel.demo.names import Ids, Names
from funnel.demo.origins import Origins, origins_of
from funnel.demo.prices import SeatPrices, Terms, seat_prices_of, terms_of
from funnel.demo.touches import Dropped, Touches, dropped_of, touches_of
from funnel.demo.truth import Truth, truth_at
from funnel.demo.world import World


@dataclass(frozen=True)
class Scene:
    """A chunk of the company, ready to be landed."""

    world: World
    touches: Touches
    dropped: Dropped
    names: Names
    ids: Ids
    full: Truth
    lander: Lander
    looks: tuple[int, ...]
    """Earlier moments at which somebody read what had landed."""

    @property
    def in_hubspot(self) -> I64:
        """When each human's HubSpot contact was created."""
        return self.world.in_hubspot

    @cached_property
    def origins(self) -> Origins:
        """What the systems will say about where each human came from."""
        return origins_of(self.world, self.touches)

    @cached_property
    def close_dates(self) -> CloseDates:
        """When reps expected to close each deal."""
        return close_dates_of(self.world)

    @cached_property
    def categories(self) -> Categories:
        """How sure reps said they were of each deal."""
        return categories_of(self.world)

    @cached_property
    def deal_states(self) -> DealStates:
        """All that the CRMs said of each deal, from change to change."""
        return states_of(self.world, self.close_dates, self.categories)

    @cached_property
    def terms(self) -> Terms:
        """What each deal was sold for."""
        return terms_of(self.world)

    @cached_property
    def seat_prices(self) -> SeatPrices:
        """What the seats of each subscription cost."""
        return seat_prices_of(self.world)

    @cached_property
    def hubspot_twins(self) -> Twins:
        """The companies that HubSpot had twice."""
        return twins_of(self.world, self.world.company_created, in_salesforce=False)

    @cached_property
    def salesforce_twins(self) -> Twins:
        """The accounts that Salesforce had twice."""
        sold = when(self.world.deals.in_salesforce, self.world.deals.created - 300)
        known = self.world.first_account_time(self.world.deals.account, sold)
        return twins_of(self.world, known, in_salesforce=True)

    @property
    def touch_row(self) -> I64:
        """The row numbers of the touches, for ids."""
        return np.arange(len(self.touches.at))

    def first_account_time(self, account: I64, times: I64) -> I64:
        """The earliest time at each account."""
        return self.world.first_account_time(account, times)

    def employees_now(self, account: I64) -> I64:
        """The employees of the accounts as they are at the moment."""
        return self.world.sizes.at(account, self.lander.until - 1)

    def first_stage(self, stage: str) -> I64:
        """When each human's first journey had a stage, by the whole truth."""
        journeys = self.full.journeys
        first = never(len(self.world.humans.born))
        mine = (journeys.deal < 0) & (journeys.number == 1) & (journeys.human < len(first))
        first[journeys.human[mine]] = self.full.first[stage][mine]
        return first


def scene_of(world: World, lander: Lander, looks: tuple[int, ...] = ()) -> Scene:
    """Everything needed to land a chunk."""
    full = truth_at(world, END)
    return Scene(
        world, touches_of(world), dropped_of(world), Names(world), Ids(world), full, lander, looks
    )


def latest(rows: I64, at: I64, value: I64, count: int, until: int) -> I64:
    """The last value before the moment for each of the rows, -1 for none yet."""
    order = np.lexsort((at, rows))
    order = order[at[order] < until]
    found = np.full(count, -1)
    last = np.append(rows[order][1:] != rows[order][:-1], True)[: len(order)]
    found[rows[order][last]] = value[order][last]
    return found


def latest_time(rows: I64, at: I64, count: int, until: int) -> I64:
    """The last time before the moment for each of the rows, never for none yet."""
    found = latest(rows, at, at, count, until)
    return np.where(found < 0, NEVER, found)
