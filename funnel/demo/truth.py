"""The lead definition, each version in its time, applied to what has happened before a moment.

This is written apart from the SQL that does the same, so that each can prove the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import DAY, I64, NEVER, Flags, never, when
from funnel.demo.deals import EXPANSION, NEW, RENEWAL, Deals
from funnel.demo.definition import is_served, points_of, score_at
from funnel.demo.sizes import Sizes
from funnel.demo.touches import (
    CALL,
    CLICK,
    EVENT,
    FORM,
    LEAD,
    MEETING,
    Dropped,
    Touches,
    dropped_of,
    touches_of,
)
from funnel.demo.world import World

DEAL = 6
EXIT = 7
KEY = 2**32


@dataclass(frozen=True)
class People:
    """Humans as they can be told apart at a moment, with what the definition asks of them.

    Row `i + count` is the second record of human `i` while it is not merged yet.
    """

    is_lead: Flags
    is_business: Flags
    account: I64
    country: I64
    sizes: Sizes

    def is_mql(self, human: I64, at: I64) -> Flags:
        """Whether the attributes that MQLs and SQLs need were there at the time."""
        employees = self.sizes.at(self.account[human], at)
        served = is_served(employees, self.country[human], at)
        return np.asarray(served & self.is_business[human])


@dataclass(frozen=True)
class Journeys:
    """One row a journey, sorted by human and start; own journeys of deals come last."""

    human: I64
    number: I64
    start: I64
    deal: I64

    def find(self, human: I64, times: I64) -> I64:
        """The journey each human was in at a time, -1 for none."""
        keys = self.human * KEY + self.start
        known = self.deal < 0
        found = np.searchsorted(keys[known], human * KEY + np.minimum(times, KEY - 1), "right") - 1
        fits = (found >= 0) & (human >= 0)
        fits &= self.human[np.maximum(found, 0)] == human if len(self.human) else False
        return np.where(fits, found, -1)


@dataclass(frozen=True)
class Facts:
    """What is visible at the moment: touches, new deals, exits."""

    human: I64
    at: I64
    kind: I64


def people_at(world: World, until: int) -> People:
    """Second addresses count from the merge on."""
    humans, second = world.humans, world.second
    merged = second.merged < until
    business = humans.is_business | (merged & second.is_business)
    return People(
        is_lead=np.tile(humans.is_lead_valid, 2),
        is_business=np.concatenate([business & humans.is_lead_valid, second.is_business]),
        account=np.tile(humans.account, 2),
        country=np.tile(humans.country, 2),
        sizes=world.sizes,
    )


def stays(touches: Touches, until: int, looks: Sequence[int]) -> Flags:
    """What is there at the moment, or was erased after somebody had looked; a deleted row goes."""
    stays = np.asarray(~(touches.gone < until))
    for look in looks:
        stays |= touches.is_erased & (touches.at < look) & ~(touches.gone < look)
    return stays


def _seen_touches(world: World, touches: Touches, until: int, looks: Sequence[int]) -> Touches:
    """Touches before the moment, those of unmerged second records under their own number."""
    seen = (touches.at < until) & stays(touches, until, looks)
    seen &= ~world.humans.is_outside_funnel[touches.human]
    apart = touches.by_second & ~(world.second.merged < until)[touches.human]
    human = touches.human + apart * len(world.humans.born)
    return Touches(
        human[seen], touches.at[seen], touches.kind[seen], touches.gone[seen], apart[seen]
    )


def seen_deals(deals: Deals, until: int) -> Flags:
    """Deals that exist at the moment and are not deleted by then."""
    return np.asarray((deals.created < until) & ~(deals.deleted < until))


def _losses(world: World, until: int) -> tuple[I64, I64]:
    """Row and time of every loss of new business."""
    deals = world.deals
    fits = seen_deals(deals, until) & (deals.kind == NEW)
    times = np.stack([deals.lost_first, deals.lost_at], axis=1)
    rows, columns = np.nonzero((times < until) & fits[:, None])
    at = times[rows, columns]
    goes = ~_has_other(world, rows, at, until)
    return rows[goes], at[goes]


def _has_other(world: World, rows: I64, at: I64, until: int) -> Flags:
    """Whether the person of a lost deal had another one then, open or with a subscription."""
    deals, subscriptions = world.deals, world.subscriptions
    ended = never(len(deals))
    ended[subscriptions.deal] = np.where(subscriptions.end < until, subscriptions.end, NEVER)
    over = np.where(deals.is_won & (deals.closed < until), ended, deals.closed)
    new = seen_deals(deals, until) & (deals.kind == NEW) & (deals.human >= 0)
    people, count = np.unique(deals.human[new], return_counts=True)
    others = np.flatnonzero(new & np.isin(deals.human, people[count > 1]))
    has = np.zeros(len(rows), dtype=np.bool_)
    for other in others:
        mine = (deals.human[rows] == deals.human[other]) & (rows != other)
        has |= mine & (deals.created[other] <= at) & (at < over[other])
    return has


def _facts(world: World, touches: Touches, dropped: Dropped, until: int) -> Facts:
    deals, subscriptions = world.deals, world.subscriptions
    new = seen_deals(deals, until) & (deals.kind == NEW) & (deals.human >= 0)
    lost, lost_at = _losses(world, until)
    out = dropped.at < until
    ended = subscriptions.end < until
    exits = [dropped.human[out], deals.human[lost], subscriptions.human[ended]]
    exits_at = [dropped.at[out], lost_at, subscriptions.end[ended]]
    exit_count = sum(len(part) for part in exits)
    human = np.concatenate([touches.human, deals.human[new], *exits])
    at = np.concatenate([touches.at, deals.created[new], *exits_at])
    kind = np.concatenate([touches.kind, np.full(new.sum(), DEAL), np.full(exit_count, EXIT)])
    order = np.lexsort((kind, at, human))
    order = order[human[order] >= 0]
    return Facts(human[order], at[order], kind[order])


def _last(facts: Facts, mask: Flags) -> I64:
    """The time of the last masked fact of the same human strictly before each row, or -1."""
    position = np.where(mask, np.arange(len(mask)), -1)
    last = np.maximum.accumulate(np.concatenate([[-1], position[:-1]])) if len(mask) else position
    same = (last >= 0) & (facts.human[np.maximum(last, 0)] == facts.human)
    return np.where(same, facts.at[np.maximum(last, 0)], -1)


def _starts(facts: Facts) -> Flags:
    """The first evidence of each human, and the first that counts as a return."""
    evidence = facts.kind < EXIT
    left = _last(facts, facts.kind == EXIT)
    sold = _last(facts, np.isin(facts.kind, (CALL, MEETING, DEAL)))
    returns = evidence & (facts.kind != CLICK) & (left >= 0) & (sold <= left)
    returns &= facts.at >= left + s.RETURN_DAYS * DAY
    return _first_of(facts.human, evidence) | _first_of(facts.human * KEY + left, returns)


def _first_of(group: I64, mask: Flags) -> Flags:
    """Marks the first masked row of each group."""
    rows = np.flatnonzero(mask)
    _, first = np.unique(group[rows], return_index=True)
    marked = np.zeros(len(group), dtype=np.bool_)
    marked[rows[first]] = True
    return marked


def _own_deals(world: World, until: int) -> I64:
    deals = world.deals
    begins = (deals.kind == NEW) | is_older_customer(deals)
    own = seen_deals(deals, until) & begins & (deals.human < 0)
    return np.flatnonzero(own).astype(np.int64)


def is_older_customer(deals: Deals) -> Flags:
    """The first deal of each customer who is older than the CRM: a renewal that follows none."""
    return np.asarray((deals.kind == RENEWAL) & (deals.parent == np.arange(len(deals))))


def _journeys(world: World, facts: Facts, until: int) -> Journeys:
    starts = np.flatnonzero(_starts(facts))
    human, at, own = facts.human[starts], facts.at[starts], _own_deals(world, until)
    first = np.searchsorted(human, human)
    return Journeys(
        human=np.concatenate([human, np.full(len(own), -1)]),
        number=np.concatenate([np.arange(len(human)) - first + 1, np.ones(len(own), np.int64)]),
        start=np.concatenate([at, world.deals.opened[own]]),
        deal=np.concatenate([np.full(len(human), -1), own]),
    )


def journey_of_deals(world: World, journeys: Journeys) -> I64:
    """The journey of each deal: the person's at the creation, or one of its own."""
    deals = world.deals
    found = journeys.find(deals.human, deals.created)
    own = np.full(len(deals), -1)
    mine = np.flatnonzero(journeys.deal >= 0)
    own[journeys.deal[mine]] = mine
    return np.where(deals.human >= 0, found, own[deals.parent])


class Evidence:
    """The first time of each stage in each journey."""

    def __init__(self, journeys: Journeys) -> None:
        self.journeys = journeys
        self.first = {stage: never(len(journeys.human)) for stage in (*s.STAGES, *s.EXITS)}

    def add(self, stage: str, journey: I64, times: I64, mask: Flags) -> None:
        """Take the masked times into account, where there is a journey."""
        use = mask & (journey >= 0) & (times < NEVER)
        np.minimum.at(self.first[stage], journey[use], times[use])


def _touch_stages(evidence: Evidence, people: People, touches: Touches) -> None:
    journey = evidence.journeys.find(touches.human, touches.at)
    kind, all_rows = touches.kind, np.ones(len(touches.at), dtype=np.bool_)
    lead, mql = people.is_lead[touches.human], people.is_mql(touches.human, touches.at)
    raises = np.isin(kind, (FORM, EVENT, LEAD))
    evidence.add("awareness", journey, touches.at, all_rows)
    evidence.add("lead", journey, touches.at, raises & lead)
    evidence.add("mql", journey, touches.at, _is_scored(touches, journey) & mql)
    evidence.add("sal", journey, touches.at, kind == CALL)
    evidence.add("sql", journey, touches.at, (kind == MEETING) & mql)
    first = evidence.first
    is_lead = first["lead"] < NEVER
    scored = np.maximum(first["mql"], first["lead"])
    first["mql"] = when(is_lead & (first["mql"] < NEVER), scored)


def _is_scored(touches: Touches, journey: I64) -> Flags:
    """Touches that bring points, at which the journey has the score of the day."""
    order = np.lexsort((touches.at, journey))
    at, points = touches.at[order], points_of(touches.kind[order], touches.at[order])
    total = np.cumsum(points)
    sorted_journey = journey[order]
    first = np.searchsorted(sorted_journey, sorted_journey)
    before = np.where(first > 0, total[np.maximum(first - 1, 0)], 0)
    scored = np.zeros(len(order), dtype=np.bool_)
    scored[order] = (points > 0) & (total - before >= score_at(at))
    return scored


def _deal_stages(evidence: Evidence, world: World, until: int) -> None:
    deals = world.deals
    journey, seen = journey_of_deals(world, evidence.journeys), seen_deals(deals, until)
    won = seen & (deals.won_at < until)
    evidence.add("opportunity", journey, deals.opened, seen & (deals.kind == NEW))
    evidence.add("customer", journey, deals.won_at, won & (deals.kind == NEW))
    evidence.add("retained", journey, deals.won_at, won & (deals.kind == RENEWAL))
    evidence.add("expanded", journey, deals.won_at, won & (deals.kind == EXPANSION))
    lost, lost_at = _losses(world, until)
    evidence.add("lost", journey[lost], lost_at, np.ones(len(lost), dtype=np.bool_))
    subscriptions = world.subscriptions
    owner = journey[subscriptions.deal]
    evidence.add("onboarded", owner, subscriptions.onboarded, subscriptions.onboarded < until)
    evidence.add("churned", owner, subscriptions.end, subscriptions.end < until)


@dataclass(frozen=True)
class Exits:
    """Every time a journey ended with one stage, also when it ended that way before."""

    stage: str
    journey: I64
    at: I64
    source: I64
    """Row of what ended it: somebody given up, a deal or a subscription."""


@dataclass(frozen=True)
class Truth:
    """What the definition says of one chunk at a moment."""

    people: People
    journeys: Journeys
    first: dict[str, I64]
    deal_journey: I64
    exits: list[Exits]
    is_older: Flags
    """Journeys of customers who are older than the CRM: no system knows when they became one."""


def _without_outsiders(world: World) -> World:
    """Staff, competitors and test records take no part: their deals have journeys of their own."""
    outside = world.humans.is_outside_funnel
    deals, subscriptions = world.deals, world.subscriptions

    def inside(human: I64) -> I64:
        return np.where((human >= 0) & ~outside[np.maximum(human, 0)], human, -1)

    return replace(
        world,
        deals=replace(deals, human=inside(deals.human)),
        subscriptions=replace(subscriptions, human=inside(subscriptions.human)),
    )


def truth_at(world: World, until: int, looks: Sequence[int] = ()) -> Truth:
    """Journeys and the first evidence of every stage, from what came before the moment.

    looks: earlier moments at which the landed rows were read; what was erased later is known.
    """
    world = _without_outsiders(world)
    people, dropped = people_at(world, until), dropped_of(world)
    touches = _seen_touches(world, touches_of(world), until, looks)
    journeys = _journeys(world, _facts(world, touches, dropped, until), until)
    evidence = Evidence(journeys)
    _touch_stages(evidence, people, touches)
    _deal_stages(evidence, world, until)
    left = journeys.find(dropped.human, dropped.at)
    out = dropped.at < until
    evidence.add("disqualified", left, dropped.at, out & ~dropped.is_recycled)
    evidence.add("recycled", left, dropped.at, out & dropped.is_recycled)
    owner = journey_of_deals(world, journeys)
    given_up = out & ~dropped.is_recycled & (left >= 0)
    exits = [
        Exits("disqualified", left[given_up], dropped.at[given_up], np.flatnonzero(given_up)),
        *_deal_exits(world, owner, until),
    ]
    deal = np.maximum(journeys.deal, 0)
    is_older = (journeys.deal >= 0) & is_older_customer(world.deals)[deal]
    return Truth(people, journeys, evidence.first, owner, exits, is_older)


def _deal_exits(world: World, owner: I64, until: int) -> list[Exits]:
    lost, lost_at = _losses(world, until)
    subscriptions = world.subscriptions
    ended = np.flatnonzero(subscriptions.end < until)
    return [
        Exits("lost", owner[lost], lost_at, lost),
        Exits("churned", owner[subscriptions.deal[ended]], subscriptions.end[ended], ended),
    ]


def entered(truth: Truth) -> list[tuple[str, I64, Flags]]:
    """Each stage with the time every journey entered it, and whether that is inferred.

    After the win nothing is: what a customer does next has no order.
    """
    later = never(len(truth.journeys.human))
    ladder = s.STAGES[: s.STAGES.index("customer") + 1]
    found: list[tuple[str, I64, Flags]] = []
    for stage in reversed(ladder):
        own = truth.first[stage]
        dated = ~truth.is_older | (s.STAGES.index(stage) > s.STAGES.index("customer"))
        at = when(dated, np.minimum(own, later))
        found.append((stage, at, own > later))
        later = np.minimum(own, later)
    events = (*s.STAGES[len(ladder) :], *s.EXITS)
    seen = [(e, truth.first[e], np.zeros(len(later), dtype=np.bool_)) for e in events]
    return [*reversed(found), *seen]
