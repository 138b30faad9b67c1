"""The leads of a world, an array per column, and what its system did with each."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from funnel.benchmarks.drift.company import DAYS
from funnel.benchmarks.drift.worlds import World

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RULES = ("business_address", "large_enough", "served_country", "score")
THRESHOLD = 50
CHANNELS = ("organic_search", "paid_search", "email", "event", "partner")
COUNTRIES = ("US", "GB", "DE", "FR", "IN")
SIZES = ("0", "20", "100", "1000")
CHANNEL_SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
COUNTRY_SHARES = (0.42, 0.16, 0.16, 0.11, 0.15)
SIZE_SHARES = (0.15, 0.4, 0.3, 0.15)
WEEK = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.5, 0.5])
SATURDAY, MONDAY = 5, 0
NO_LABEL = -1


@dataclass
class People:
    """One lead per place. `label_day` is the day of the label, -1 if the system set none."""

    day: Ints
    channel: Ints
    country: Ints
    size: Ints
    outcome: Ints  # lead, rule: 0 failed, 1 passed, 2 unknown
    score: Ints
    system_score: Ints
    label_day: Ints
    has_unknown_label: Bools
    is_affected: Bools
    counts: list[tuple[str, str, Ints, Ints]] = field(default_factory=list)  # signal, subject


def draw_people(rng: np.random.Generator, world: World) -> People:
    """The leads of all days, each judged by the definition and by the system."""
    day = _days(rng, world)
    number = len(day)
    channel, country, size = (
        rng.choice(len(shares), number, p=shares)
        for shares in (CHANNEL_SHARES, COUNTRY_SHARES, SIZE_SHARES)
    )
    own = np.clip(np.rint(rng.normal(44 + 3 * channel, 16)), 0, 100).astype(np.int64)
    ours = np.clip(own + np.rint(rng.normal(0, 1, number)).astype(np.int64), 0, 100)
    address = rng.random(number) < 0.6 + 0.08 * channel
    facts = np.column_stack([address, size > 0, country < 4])
    outcome, wanted = _facts(rng, world, day, facts)
    shown = own + 6 * (day >= world.score_moves_on) if world.score_moves_on else own
    luck, factor = rng.random(number), _factors(rng, world)
    usual = _is_given(shown, facts, np.full(number, THRESHOLD), factor[:, day], luck)
    moved, is_hit = _threshold(world, day, channel, country, size)
    given = _is_given(shown, _dropped(world, wanted, day), moved, factor[:, day], luck)
    if world.spree is not None:
        given |= (day == world.spree) & (rng.random(number) < 0.25)
    is_unknown = ~given & (rng.random(number) < world.unknown_label)
    people = People(
        day=day,
        channel=channel,
        country=country,
        size=size,
        outcome=np.column_stack([outcome, ours >= THRESHOLD]).astype(np.int64),
        score=ours,
        system_score=shown,
        label_day=np.where(given, day + _delays(rng, world, day), NO_LABEL),
        has_unknown_label=is_unknown,
        is_affected=is_hit & (given != usual),
    )
    _back_fill(rng, world, people)
    return people


def _days(rng: np.random.Generator, world: World) -> Ints:
    volume = world.leads * WEEK[np.arange(DAYS) % 7] * np.exp(rng.normal(0, 0.1, DAYS))
    volume[list(world.holidays)] *= 0.4
    if world.closing:
        volume[slice(*world.closing)] *= 0.35
    if world.bot_day is not None:
        volume[world.bot_day] += 500
    return np.repeat(np.arange(DAYS), rng.poisson(volume))


def _facts(rng: np.random.Generator, world: World, day: Ints, facts: Bools) -> tuple[Ints, Bools]:
    """Each rule of attributes by what we know, and by what the system knows."""
    outcome, wanted = facts.astype(np.int64), facts.copy()
    if world.field_lost_on is not None:
        lost = (day >= world.field_lost_on) & (rng.random(len(day)) < 0.6)
        outcome[lost, 1] = 2
        if not world.system_keeps_field:
            wanted[lost, 1] = False
    word = np.zeros(len(day), dtype=bool)
    if world.country_word_from is not None:
        word = (day >= world.country_word_from) & (rng.random(len(day)) < 0.12)
    if world.bot_day is not None:
        word = (day == world.bot_day) & (rng.random(len(day)) < 500 / (500 + world.leads))
        wanted[word] = False
    outcome[word, 2] = 2
    return outcome, wanted


def _threshold(
    world: World, day: Ints, channel: Ints, country: Ints, size: Ints
) -> tuple[Ints, Bools]:
    """The system's threshold for each lead, and whom the change is about."""
    onset = DAYS if world.onset is None else world.onset
    is_hit = day >= onset
    if world.segment:
        values = {"channel": channel, "country": country, "size": size}
        is_hit = is_hit & (values[world.segment.attribute] == world.segment.value)
    points = np.full(len(day), world.threshold)
    if world.final_threshold is not None:
        points[day >= onset + 30] = world.final_threshold
    return THRESHOLD + points * is_hit, is_hit


def _dropped(world: World, wanted: Bools, day: Ints) -> Bools:
    if world.dropped_rule and world.onset is not None:
        wanted = wanted.copy()
        wanted[:, RULES.index(world.dropped_rule)] |= day >= world.onset
    return wanted


def _factors(rng: np.random.Generator, world: World) -> Floats:
    """How many labels people set against the rule, and do not set, as a multiple of the usual."""
    vary = world.overrides_vary
    factors = np.exp(rng.normal(-vary * vary / 2, vary, (2, DAYS)))
    if world.has_month_end_push:
        factors[0, np.arange(DAYS) % 30 >= 27] *= rng.uniform(2, 3)
    return np.asarray(factors)


def _is_given(own: Ints, facts: Bools, threshold: Ints, factor: Floats, luck: Floats) -> Bools:
    """3 % are not labelled; up to 12 % of those just below are, the fewer the further off."""
    short = np.maximum(threshold - own, 0) + 12 * (~facts).sum(axis=1)
    given = np.where(short > 0, factor[0] * 0.12 / (1 + (short / 5.0) ** 2), 1 - 0.03 * factor[1])
    return np.asarray(luck < given)


def _delays(rng: np.random.Generator, world: World, day: Ints) -> Ints:
    """Days from the touch to the label."""
    number = len(day)
    delay = (rng.random(number) < 0.15).astype(np.int64)
    if world.delay == "some late":
        late = rng.random(number) < 0.08
        delay[late] = rng.integers(2, 6, late.sum())
    if world.late_from is not None:
        late = (day >= world.late_from) & (rng.random(number) < world.late_share)
        delay[late] = world.late_days + rng.integers(0, 2, late.sum())
    if world.delay == "working days":
        rests = np.zeros(DAYS + 20, dtype=bool)
        rests[np.arange(len(rests)) % 7 >= SATURDAY] = True
        rests[list(world.holidays)] = True
        if world.closing:
            rests[slice(*world.closing)] = True
        late_friday = (day % 7 == SATURDAY - 1) & (rng.random(number) < 0.3)
        delay[late_friday] = 1
        while (waits := rests[day + delay]).any():
            delay[waits] += 1
    return delay


def _back_fill(rng: np.random.Generator, world: World, people: People) -> None:
    """Labels that an integration writes into the month before."""
    if world.back_filled_on is None:
        return
    before = (people.day >= world.back_filled_on) & (people.day < world.back_filled_on + 30)
    free = np.flatnonzero(before & (people.label_day == NO_LABEL))
    chosen = rng.choice(free, min(1500, len(free)), replace=False)
    people.label_day[chosen] = people.day[chosen]
    people.is_affected[chosen] = True
