"""Puts one chunk of the company together: people, walks, deals, customers, returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from funnel.demo import customers as c
from funnel.demo import deals as d
from funnel.demo import settings as s
from funnel.demo.clock import DAY, END, I64, NEVER, Flags, Rng, happens, never, uniform_days, when
from funnel.demo.episodes import Episode, Walkers, draw_episode, first_walk, without_deals
from funnel.demo.late_deals import draw_late_deals
from funnel.demo.older_customers import draw_older_customers
from funnel.demo.parallel_deals import Colleagues, draw_parallel_deals
from funnel.demo.people import (
    Accounts,
    Humans,
    SecondRecords,
    draw_humans,
    draw_second_records,
    quality,
)
from funnel.demo.sizes import Sizes, draw_sizes

NOBODY_START = END - 880 * DAY


@dataclass(frozen=True)
class World:
    """Everything that is true in one chunk, over the whole period."""

    seed: int
    chunk: int
    accounts: Accounts
    humans: Humans
    walks: list[Episode]
    deals: d.Deals
    steps: d.StageSteps
    subscriptions: c.Subscriptions
    second: SecondRecords
    lead_created: I64
    """When the human's Salesforce lead was created."""
    converted: I64
    """When that lead became a contact, by the first deal with contacts."""
    sizes: Sizes

    @property
    def in_hubspot(self) -> I64:
        """When each human's HubSpot contact was created."""
        outbound = self.humans.channel == s.OUTBOUND
        start = np.where(outbound, self.lead_created, self.humans.born)
        return when(self.humans.in_hubspot, start)

    @property
    def in_several(self) -> Flags:
        """Whom more than one system knows: both CRMs, or one and those that serve customers."""
        served = np.zeros(len(self.humans.born), dtype=np.bool_)
        subscribed = (self.subscriptions.human >= 0) & happens(self.subscriptions.start)
        served[self.subscriptions.human[subscribed]] = True
        in_hubspot, in_salesforce = happens(self.in_hubspot), happens(self.lead_created)
        return np.asarray((in_hubspot & in_salesforce) | (served & (in_hubspot | in_salesforce)))

    def first_account_time(self, account: I64, times: I64) -> I64:
        """The earliest time at each account."""
        first = never(len(self.accounts.start))
        known = account >= 0
        np.minimum.at(first, account[known], times[known])
        return first

    @property
    def company_created(self) -> I64:
        """A HubSpot company is there as soon as one of its people or deals is."""
        by_people = self.first_account_time(self.humans.account, self.in_hubspot)
        created = when(~self.deals.in_salesforce, self.deals.created - 300)
        by_deals = self.first_account_time(self.deals.account, created)
        return np.minimum(by_people, by_deals)


@dataclass(frozen=True)
class Round:
    """One walk of some humans with the deals and customers that came of it."""

    walk: Episode
    deals: d.Deals
    subscriptions: c.Subscriptions


def _one_dealer(humans: Humans, walk: Episode, taken: I64) -> Episode:
    """An account has one person with deals: the first one to get there."""
    account = humans.account[walk.human]
    has = np.flatnonzero(happens(walk.deal) & (account >= 0))
    order = has[np.argsort(walk.deal[has], kind="stable")]
    _, first = np.unique(account[order], return_index=True)
    keeps = np.zeros(len(account), dtype=np.bool_)
    keeps[order[first]] = True
    owner = taken[account]
    keeps &= (owner < 0) | (owner == walk.human)
    return without_deals(walk, ~keeps)


def _openings(humans: Humans, walk: Episode, contactless: Flags) -> d.Openings:
    rows = np.flatnonzero(walk.deal < NEVER)
    human = walk.human[rows]
    return d.Openings(
        human=human,
        account=humans.account[human],
        segment=humans.segment[human],
        in_salesforce=humans.in_salesforce[human],
        created=walk.deal[rows],
        quality=quality(humans)[human],
        is_contactless=contactless[human],
    )


def _silent_openings(rng: Rng, accounts: Accounts, humans: Humans) -> d.Openings:
    """Customers who were never leads: deals at accounts nobody was heard of."""
    staffed = np.unique(humans.account[humans.account >= 0])
    fits = accounts.is_silent[staffed] & (rng.random(len(staffed)) < s.SILENT_DEAL_SHARE)
    account = staffed[fits]
    known = never(len(accounts.start))
    np.minimum.at(known, humans.account[humans.account >= 0], humans.born[humans.account >= 0])
    created = uniform_days(rng, known[account], 20, 200)
    account, created = account[happens(created)], created[happens(created)]
    count = len(account)
    return d.Openings(
        human=np.full(count, -1),
        account=account,
        segment=accounts.segment[account],
        in_salesforce=accounts.in_salesforce[account],
        created=created,
        quality=np.full(count, 1.2),
        is_contactless=np.ones(count, dtype=np.bool_),
    )


def _nobody_openings(rng: Rng, expected: int) -> d.Openings:
    """Deals with neither a person nor an account."""
    count = int(rng.binomial(max(expected, 1), s.NOBODY_DEAL_SHARE)) + (expected > 20)
    span = END - NOBODY_START
    created = NOBODY_START + (rng.random(count) * span).astype(np.int64)
    return d.Openings(
        human=np.full(count, -1),
        account=np.full(count, -1),
        segment=rng.integers(0, 2, count),
        in_salesforce=rng.random(count) < 0.5,
        created=created,
        quality=np.ones(count),
        is_contactless=np.ones(count, dtype=np.bool_),
    )


def _segment_of(accounts: Accounts, deals: d.Deals) -> I64:
    return np.where(deals.account >= 0, accounts.segment[deals.account], 0)


def _finish(rng: Rng, accounts: Accounts, walk: Episode, deals: d.Deals) -> Round:
    """Adds second tries, renewals, expansions and subscriptions."""
    deals = d.reopen(rng, deals)
    tries = d.second_tries(rng, accounts, deals, _segment_of(accounts, deals))
    new = d.join([deals, tries.take(happens(tries.created))])
    followers, subscriptions = c.draw_customers(rng, new, _segment_of(accounts, new))
    return Round(walk, d.join([new, *followers]), subscriptions)


def _may_be_contactless(rng: Rng, humans: Humans, second: SecondRecords) -> Flags:
    """The only person of the account who was ever heard of, with one record only."""
    employed = (humans.account >= 0) & ~humans.is_silent
    size = np.bincount(humans.account[employed], minlength=len(humans.account))
    alone = employed & (size[humans.account] == 1) & ~second.exists
    alone &= humans.channel != s.OUTBOUND
    return np.asarray(alone & (rng.random(len(alone)) < s.CONTACTLESS_SHARE))


def _second_records(rng: Rng, humans: Humans, walk: Episode) -> SecondRecords:
    """Only for people whose first walk ends nowhere, so that nothing hangs on the merge."""
    quiet = np.zeros(len(humans.born), dtype=np.bool_)
    ends = (walk.exit < NEVER) | (walk.deal < NEVER)
    quiet[walk.human] = ~ends
    quiet &= humans.is_lead_valid & humans.is_matchable
    quiet &= humans.in_hubspot & (humans.channel != s.OUTBOUND)
    return draw_second_records(rng, humans, quiet, humans.born)


def _first_round(rng: Rng, accounts: Accounts, humans: Humans) -> tuple[Round, SecondRecords]:
    nobody = np.full(len(accounts.start), -1)
    walk = _one_dealer(humans, draw_episode(rng, humans, first_walk(humans)), nobody)
    second = _second_records(rng, humans, walk)
    contactless = _may_be_contactless(rng, humans, second)
    own = d.open_new_business(rng, accounts, _openings(humans, walk, contactless))
    silent = d.open_new_business(rng, accounts, _silent_openings(rng, accounts, humans))
    nowhere = d.open_new_business(rng, accounts, _nobody_openings(rng, len(own)))
    return _finish(rng, accounts, walk, d.join([own, silent, nowhere])), second


def _dealers(humans: Humans, deals: d.Deals) -> I64:
    """The person with deals at each account, -1 where there is none."""
    taken = np.full(len(humans.account), -1)
    known = (deals.account >= 0) & (deals.human >= 0)
    taken[deals.account[known]] = deals.human[known]
    return taken


def _last_exit(humans: Humans, first: Round) -> tuple[I64, Flags]:
    """When the first walk of each human ended for good, and whether by churn."""
    end, churned = never(len(humans.born)), np.zeros(len(humans.born), dtype=np.bool_)
    end[first.walk.human] = first.walk.exit
    deals = first.deals
    new = (deals.kind == d.NEW) & (deals.human >= 0)
    tries = np.bincount(deals.human[new], minlength=len(end))
    lost = new & ~deals.is_won & (deals.reopened == NEVER) & ~deals.is_contactless
    lost &= tries[deals.human] == 1
    end[deals.human[lost]] = deals.closed[lost]
    subscribed = first.subscriptions.human >= 0
    left = first.subscriptions.human[subscribed]
    gone = first.subscriptions.end[subscribed]
    single = (tries[left] == 1) & (gone < NEVER)
    end[left[single]], churned[left[single]] = gone[single], True
    return end, churned


def _returning(rng: Rng, humans: Humans, world: World, first: Round) -> Walkers:
    """Some people come back soon, and stay in their journey; others much later, and begin anew."""
    end, churned = _last_exit(humans, first)
    dice = rng.random(len(end))
    early = (dice < s.EARLY_RETURN_SHARE) & ~churned
    late = (dice > 1 - s.LATE_RETURN_SHARE) | (churned & (dice > 1 - 2 * s.LATE_RETURN_SHARE))
    soon = when(early, uniform_days(rng, end, 10, 60))
    start = np.where(late, uniform_days(rng, end, 120, 300), soon)
    start = when(end < NEVER, start)
    chosen = happens(start) & (early | late) & ~world.second.exists
    human = np.flatnonzero(chosen).astype(np.int64)
    return _walkers(humans, world, first, human, start[human], early[human])


def _walkers(
    humans: Humans, world: World, first: Round, human: I64, start: I64, early: Flags
) -> Walkers:
    had_deal = np.zeros(len(humans.born), dtype=np.bool_)
    had_deal[first.deals.human[first.deals.human >= 0]] = True
    owner = _dealers(humans, first.deals)[humans.account[human]]
    free = (humans.account[human] >= 0) & ((owner < 0) | (owner == human))
    return Walkers(
        human=human,
        start=start,
        has_lead=world.lead_created[human] < NEVER,
        is_return=np.ones(len(human), dtype=np.bool_),
        is_early=early,
        may_deal=free,
        may_be_dropped=~had_deal[human],
    )


def _second_round(rng: Rng, world: World, first: Round) -> Round:
    humans = world.humans
    walkers = _returning(rng, humans, world, first)
    walk = draw_episode(rng, humans, walkers)
    walk = _one_dealer(humans, walk, _dealers(humans, first.deals))
    none = np.zeros(len(humans.born), dtype=np.bool_)
    deals = d.open_new_business(rng, world.accounts, _openings(humans, walk, none))
    return _finish(rng, world.accounts, walk, deals)


def _lead_times(humans: Humans, walks: list[Episode]) -> I64:
    created = never(len(humans.born))
    for walk in walks:
        np.minimum.at(created, walk.human, walk.lead_created)
    return created


def _conversions(humans: Humans, deals: d.Deals, lead_created: I64) -> I64:
    """A lead becomes a contact minutes before the first deal with contacts."""
    converted = never(len(humans.born))
    fits = (deals.human >= 0) & deals.in_salesforce & ~deals.is_contactless
    np.minimum.at(converted, deals.human[fits], deals.created[fits] - 300)
    return np.where(lead_created < NEVER, np.maximum(converted, lead_created), converted)


def _deletable(deals: d.Deals, returned: I64) -> Flags:
    """Deals that nothing depends on."""
    fits = (deals.kind == d.NEW) & (deals.reopened == NEVER)
    human = np.where(deals.human >= 0, deals.human, len(deals) + np.arange(len(deals)))
    _, inverse, count = np.unique(human, return_inverse=True, return_counts=True)
    return np.asarray(fits & (count[inverse] == 1) & ~np.isin(deals.human, returned))


def _all_deals(rng: Rng, rounds: list[Round]) -> d.Deals:
    parts = [_shifted(r.deals, offset) for r, offset in zip(rounds, _offsets(rounds), strict=True)]
    deals = d.join(parts)
    deals = d.delete_some(rng, deals, _deletable(deals, rounds[1].walk.human))
    return d.join([deals, d.merged_twins(rng, deals)])


def _with_late_deals(world: World) -> World:
    """Draws from a source of its own, so that everything else stays as it is."""
    late, subscriptions = draw_late_deals(
        world.seed, world.chunk, world.accounts, world.humans, len(world.deals)
    )
    return _with_more(world, late, subscriptions)


def _with_older_customers(world: World) -> World:
    """From a source of its own, too."""
    older, subscriptions = draw_older_customers(
        world.seed, world.chunk, world.accounts, world.humans, len(world.deals)
    )
    return _with_more(world, older, subscriptions)


def _with_parallel_deals(world: World) -> World:
    """From a source of its own, too; a lead that becomes a colleague's deal is converted for it."""
    humans, deals = world.humans, world.deals
    gone = world.second.exists.copy()
    for walk in world.walks:
        gone[walk.human[walk.exit < NEVER]] = True
    gone[world.walks[1].human] = True
    busy = gone.copy()
    busy[deals.human[deals.human >= 0]] = True
    busy |= ~humans.is_matchable | ~humans.is_lead_valid
    late_lead = humans.in_salesforce & (world.lead_created < NEVER)
    known = np.maximum(humans.born, np.where(late_lead, world.lead_created, 0))
    known = np.where(humans.in_salesforce, known, np.maximum(known, world.in_hubspot))
    colleagues = Colleagues(when(~busy, known))
    parallel, subscriptions = draw_parallel_deals(
        world.seed, world.chunk, world.accounts, humans, deals, colleagues, gone
    )
    whole = _with_more(world, parallel, subscriptions)
    converted = _conversions(humans, whole.deals, world.lead_created)
    return replace(whole, converted=converted)


def _with_more(world: World, more: d.Deals, subscriptions: c.Subscriptions) -> World:
    """The chunk with further deals and customers behind the others."""
    offsets = [0, len(world.deals)]
    deals = d.join([world.deals, _shifted(more, offsets[1])])
    return replace(
        world,
        deals=deals,
        steps=d.stage_steps(deals),
        subscriptions=c.join([world.subscriptions, subscriptions], offsets),
    )


def _shifted(deals: d.Deals, offset: int) -> d.Deals:
    return replace(deals, parent=deals.parent + offset)


def _offsets(rounds: list[Round]) -> list[int]:
    return [0, len(rounds[0].deals)]


def draw_world(seed: int, chunk: int, people: int) -> World:
    """The whole truth about one chunk of people."""
    rng = np.random.default_rng([seed, chunk])
    accounts, humans = draw_humans(rng, people)
    first, second = _first_round(rng, accounts, humans)
    created = _lead_times(humans, [first.walk])
    steps = d.stage_steps(first.deals)
    world = World(
        seed,
        chunk,
        accounts,
        humans,
        [first.walk],
        first.deals,
        steps,
        first.subscriptions,
        second,
        created,
        never(people),
        Sizes(accounts.employees, never(people), accounts.employees),
    )
    return _complete(rng, world, [first, _second_round(rng, world, first)])


def _complete(rng: Rng, world: World, rounds: list[Round]) -> World:
    """The chunk with both rounds in it, and what changes at its companies."""
    deals = _all_deals(rng, rounds)
    walks = [r.walk for r in rounds]
    lead_created = _lead_times(world.humans, walks)
    whole = replace(
        world,
        walks=walks,
        deals=deals,
        steps=d.stage_steps(deals),
        subscriptions=c.join([r.subscriptions for r in rounds], _offsets(rounds)),
        lead_created=lead_created,
        converted=_conversions(world.humans, deals, lead_created),
    )
    whole = _with_parallel_deals(_with_older_customers(_with_late_deals(whole)))
    return replace(whole, sizes=draw_sizes(rng, world.accounts.employees, whole.company_created))
