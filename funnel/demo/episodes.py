"""Draws what marketing and sales do with people: one episode is one walk up the ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import (
    DAY,
    F64,
    HOUR,
    I64,
    NEVER,
    Flags,
    Rng,
    never,
    office,
    uniform_days,
    wait,
    when,
)
from funnel.demo.people import Humans, is_fit, quality

FORM_FIRST_SHARE = 0.6
SCORE_BY_CLICKS_SHARE = 0.15
THIRD_FORM_SHARE = 0.2
CALLED_WITHOUT_SCORE_SHARE = 0.05
MEETING_WITHOUT_CALL_SHARE = 0.04
DEAL_WITHOUT_MEETING_SHARE = 0.03
SECOND_MEETING_SHARE = 0.3
BAD_MEETING_SHARE = 0.14
ATTENDED_SHARE = 0.18
OUTBOUND_FORM_SHARE = 0.35
CLICK_SLOTS = 5


@dataclass(frozen=True)
class Episode:
    """One row a walk; matrices hold several times a row, never where nothing happens."""

    human: I64
    forms: I64
    clicks: I64
    lead_created: I64
    attended: I64
    calls: I64
    meetings: I64
    bad_meeting: I64
    deal: I64
    disqualified: I64
    recycled: I64

    @property
    def exit(self) -> I64:
        """When sales gives up before any deal."""
        return np.minimum(self.disqualified, self.recycled)


@dataclass(frozen=True)
class Walkers:
    """Who walks, from when, and what is known of them."""

    human: I64
    start: I64
    has_lead: Flags
    """Already in Salesforce from an earlier walk."""
    is_return: Flags
    is_early: Flags
    may_deal: Flags
    may_be_dropped: Flags


class Draw:
    """Chances and waits of one set of walkers."""

    def __init__(self, rng: Rng, humans: Humans, walkers: Walkers) -> None:
        self.rng, self.walkers = rng, walkers
        self.segment = humans.segment[walkers.human]
        self.quality = quality(humans)[walkers.human]
        self.fit = np.where(is_fit(humans)[walkers.human], 1.0, s.UNFIT_FACTOR)
        self.in_salesforce = humans.in_salesforce[walkers.human]
        self.in_hubspot = humans.in_hubspot[walkers.human]
        self.matchable = humans.is_matchable[walkers.human]
        self.has_address = self.matchable
        outbound = humans.channel[walkers.human] == s.OUTBOUND
        self.outbound = outbound & ~walkers.is_return

    def chance(self, share: F64 | float) -> Flags:
        """True for a share of the walkers."""
        return np.asarray(self.rng.random(len(self.segment)) < share)

    def goes_on(self, stage: str, factor: F64 | float = 1.0) -> Flags:
        """Who has what it takes to reach a stage."""
        return self.chance(np.minimum(s.RATE[stage][self.segment] * factor, 0.95))

    def wait_for(self, stage: str, times: I64) -> I64:
        """The time the stage is reached, counted from the one before."""
        return wait(self.rng, times, s.MEDIAN_DAYS[stage][self.segment])


def _first_form(draw: Draw) -> I64:
    """Returning people and those without an address begin with a form."""
    walkers = draw.walkers
    forced = (walkers.is_return | ~draw.has_address) & draw.in_hubspot
    reached = forced | (draw.goes_on("lead", draw.quality**0.5) & draw.in_hubspot)
    at_once = forced | draw.chance(FORM_FIRST_SHARE)
    later = draw.wait_for("lead", walkers.start)
    usual = when(reached, np.where(at_once, walkers.start, later))
    cold = draw.chance(OUTBOUND_FORM_SHARE) & draw.in_hubspot
    return np.where(draw.outbound, when(cold, uniform_days(draw.rng, later, 2, 30)), usual)


def _forms(draw: Draw, first: I64, scored: I64, by_clicks: Flags) -> I64:
    """Up to three submissions; the second one brings the score."""
    second = when(~by_clicks, scored)
    third = when(draw.chance(THIRD_FORM_SHARE), uniform_days(draw.rng, second, 1, 20))
    return np.stack([first, second, third], axis=1)


def _clicks(draw: Draw, first: I64, scored: I64, by_clicks: Flags) -> I64:
    """Clicks fill the time; who submits nothing at first clicks first."""
    start = draw.walkers.start
    opens = (first > start) & ~draw.outbound
    count = np.where(by_clicks, CLICK_SLOTS, np.minimum(draw.rng.poisson(1.1, len(start)), 3))
    low = np.where(first < NEVER, first, start)
    high = np.where(by_clicks, scored, low + 25 * DAY)
    span = draw.rng.random((len(start), CLICK_SLOTS)) * (high - low)[:, None]
    times = low[:, None] + span.astype(np.int64)
    times = np.where(np.arange(CLICK_SLOTS) < count[:, None], times, NEVER)
    times[:, 0] = np.where(opens, start, times[:, 0])
    allowed = draw.in_hubspot & draw.has_address
    return np.where(allowed[:, None], times, NEVER)


def _handoff(draw: Draw, first: I64, scored: I64) -> I64:
    """When sales is told: after the score, now and then before it."""
    early = when(draw.chance(CALLED_WITHOUT_SCORE_SHARE), uniform_days(draw.rng, first, 0.1, 3))
    told = np.minimum(uniform_days(draw.rng, scored, 0.02, 0.9), early)
    told = np.where(draw.walkers.is_return & ~draw.in_hubspot, draw.walkers.start, told)
    told = np.where(draw.outbound, draw.walkers.start, told)
    silent = draw.in_salesforce & ~draw.matchable & ~draw.outbound
    return when(~silent, office(told))


def _calls(draw: Draw, told: I64) -> I64:
    """The first call and up to two more; early returns are called at once."""
    walkers, rng = draw.walkers, draw.rng
    reached = draw.goes_on("sal", draw.fit)
    first = when(reached, office(draw.wait_for("sal", told)))
    at_once = office(uniform_days(rng, walkers.start, 0.1, 2))
    first = np.where(walkers.is_early, at_once, first)
    cold_return = walkers.is_return & ~draw.in_hubspot
    first = np.where(cold_return, walkers.start, first)
    second = when(draw.chance(0.45), office(uniform_days(rng, first, 1, 9)))
    third = when(draw.chance(0.4), office(uniform_days(rng, second, 1, 9)))
    return np.stack([first, second, third], axis=1)


def _meetings(draw: Draw, told: I64, called: I64) -> I64:
    """A first meeting held and sometimes a second one."""
    reached = draw.goes_on("sql", draw.fit * draw.quality**0.3)
    direct = draw.chance(MEETING_WITHOUT_CALL_SHARE * draw.fit) & (called == NEVER)
    base = np.where(direct, told, when(reached, called))
    first = office(draw.wait_for("sql", base))
    again = when(draw.chance(SECOND_MEETING_SHARE), office(uniform_days(draw.rng, first, 2, 12)))
    return np.stack([first, again], axis=1)


def _deal(draw: Draw, called: I64, met: I64) -> I64:
    """When the rep opens a deal."""
    reached = draw.goes_on("opportunity", draw.fit**0.5 * draw.quality**0.5)
    direct = draw.chance(DEAL_WITHOUT_MEETING_SHARE) & (met == NEVER)
    base = np.where(direct, called, when(reached, met))
    allowed = draw.walkers.may_deal & draw.matchable
    return when(allowed, office(draw.wait_for("opportunity", base)))


def _dropped(draw: Draw, told: I64, calls: I64, meetings: I64) -> I64:
    """When sales gives up on somebody without a deal."""
    times = np.concatenate([calls, meetings], axis=1)
    last = np.where(times < NEVER, times, 0).max(axis=1)
    called, met = calls[:, 0] < NEVER, meetings[:, 0] < NEVER
    share = np.where(met, 0.5, np.where(called, 0.7, 0.25))
    base = np.where(last > 0, last, when(draw.in_salesforce, told))
    allowed = draw.walkers.may_be_dropped & draw.chance(share)
    return when(allowed, office(wait(draw.rng, base + HOUR, 12.0)))


def _until(times: I64, limit: I64) -> I64:
    """Only what comes before the limit of the row."""
    limits = limit[:, None] if times.ndim == 2 else limit
    return np.where(times < limits, times, NEVER)


def _bad_meeting(draw: Draw, called: I64) -> I64:
    missed = office(uniform_days(draw.rng, called, 0.5, 8))
    return when(draw.chance(BAD_MEETING_SHARE), missed)


def _attended(draw: Draw, lead: I64) -> I64:
    """Events are recorded in Salesforce, so only for people who are there."""
    known = np.where(draw.walkers.has_lead, draw.walkers.start, lead)
    return when(draw.chance(ATTENDED_SHARE), office(uniform_days(draw.rng, known, 1, 40)))


def draw_episode(rng: Rng, humans: Humans, walkers: Walkers) -> Episode:
    """One walk for each walker."""
    draw = Draw(rng, humans, walkers)
    first = _first_form(draw)
    reaches = draw.goes_on("mql", draw.quality**0.4)
    scored = when(reaches, draw.wait_for("mql", first))
    by_clicks = draw.chance(SCORE_BY_CLICKS_SHARE) & (scored < NEVER) & draw.has_address
    forms = _forms(draw, first, scored, by_clicks)
    clicks = _clicks(draw, first, scored, by_clicks)
    return _with_sales(draw, forms, clicks, _handoff(draw, first, scored))


def _with_sales(draw: Draw, forms: I64, clicks: I64, told: I64) -> Episode:
    walkers = draw.walkers
    lead = when(draw.in_salesforce & ~walkers.has_lead, told)
    calls = _calls(draw, told)
    meetings = _meetings(draw, told, calls[:, 0])
    deal = _deal(draw, calls[:, 0], meetings[:, 0])
    dropped = when(deal == NEVER, _dropped(draw, told, calls, meetings))
    recycled = draw.chance(0.25)
    episode = Episode(
        human=walkers.human,
        forms=forms,
        clicks=clicks,
        lead_created=lead,
        attended=_attended(draw, lead),
        calls=calls,
        meetings=meetings,
        bad_meeting=_bad_meeting(draw, calls[:, 0]),
        deal=deal,
        disqualified=when(~recycled, dropped),
        recycled=when(recycled, dropped),
    )
    return cut(episode)


def cut(episode: Episode) -> Episode:
    """Nothing but e-mail goes on after the deal is open or sales gave up."""
    limit = np.minimum(episode.exit, episode.deal)
    return replace(
        episode,
        forms=_until(episode.forms, limit),
        clicks=_until(episode.clicks, limit),
        attended=_until(episode.attended, limit),
        calls=_until(episode.calls, limit),
        meetings=_until(episode.meetings, limit),
        bad_meeting=_until(episode.bad_meeting, limit),
    )


def without_deals(episode: Episode, mask: Flags) -> Episode:
    """The same walks, some of them without their deal."""
    return replace(episode, deal=np.where(mask, NEVER, episode.deal))


def first_walk(humans: Humans) -> Walkers:
    """Everybody who ever does something starts to walk when first heard of."""
    human = np.flatnonzero(~humans.is_silent).astype(np.int64)
    no = np.zeros(len(human), dtype=np.bool_)
    has_account = humans.account[human] >= 0
    return Walkers(human, humans.born[human], no, no, no, has_account, ~no)


def empty_times(count: int, width: int) -> I64:
    """A matrix in which nothing happens."""
    return never(count * width).reshape(count, width)
