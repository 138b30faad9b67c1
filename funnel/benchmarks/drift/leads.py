"""The leads of a company, an array per column: what the definition says, what each system did."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from funnel.benchmarks.drift.company import CHANNELS, DAYS, SYSTEMS, Company, Floats, Ints
from funnel.benchmarks.drift.drifts import Drift

Bools = NDArray[np.bool_]

RULES = ("business_address", "large_enough", "served_country", "score")
THRESHOLD = 50
SCORES = np.array([44, 47, 36, 50, 56, 52])  # by channel
SPREAD = 17
BUSINESS = np.array([0.72, 0.70, 0.50, 0.80, 0.92, 0.85])
KNOWN_SIZE = np.array([0.94, 0.95, 0.92, 0.96, 0.98, 0.97])
UNDER, OVER, DECAY = 0.04, 0.10, 8.0
DISTANCE = 10  # points of score that a failed criterion is away from the threshold
DAILY = 0.30  # how far overrides vary from day to day (coefficient of variation)


@dataclass(frozen=True)
class Leads:
    system: Ints
    day: Ints
    channel: Ints
    outcome: Ints  # lead, rule: 0 failed, 1 passed, 2 unknown
    score: Ints
    system_score: Ints
    is_defined: Bools
    is_labelled: Bools
    has_unmapped_label: Bools
    has_unmapped_country: Bools
    is_size_lost: Bools
    is_affected: Bools  # the drift changed the label or the data


def draw_leads(
    rng: np.random.Generator, company: Company, drift: Drift, score_noise: float = 1.0
) -> Leads:
    """All leads of all days. `score_noise`: how far our score lies from the system's own."""
    counts = rng.poisson(company.volume)
    system, day = (each.repeat(counts.ravel()) for each in np.indices(counts.shape).reshape(2, -1))
    number = len(system)
    channel = _channels(rng, company, system, day)
    wanted = rng.normal(SCORES[channel] + company.audience[system, day], SPREAD)
    own = np.clip(np.rint(wanted), 0, 100).astype(np.int64)
    score = np.clip(own + np.rint(rng.normal(0, score_noise, number)).astype(np.int64), 0, 100)
    country = rng.random(number) < company.served[system, day]
    business = rng.random(number) < BUSINESS[channel]
    size = rng.random(number) < KNOWN_SIZE[channel]
    is_hit = drift.hits(system, day, channel)
    draw = rng.random(number)
    is_lost = is_hit & (drift.kind == "field_unfilled") & size & (draw < drift.size)
    is_foreign = is_hit & (drift.kind == "new_country") & (draw < drift.size)
    was = np.column_stack([business, size, country])
    criteria = np.column_stack([business, size & ~is_lost, country & ~is_foreign])
    moved = own + drift.points(day) * (is_hit & (drift.kind == "recalibrated")).astype(np.int64)
    day_factor = _day_factors(rng, company)[:, system, day]
    luck = rng.random(number)
    usual = _is_given(own, was, np.full(number, THRESHOLD), day_factor, luck)
    label = _is_given(
        moved,
        drift.criteria(rng, criteria, is_hit, draw),
        THRESHOLD + drift.threshold(day) * is_hit,
        day_factor,
        luck,
    )
    label = drift.override(label, is_hit, draw)
    is_renamed = is_hit & label & drift.renames(draw)
    outcome = criteria.astype(np.int64)
    outcome[~criteria[:, 1], 1] = 2
    outcome = np.column_stack([outcome, score >= THRESHOLD])
    return Leads(
        system=system,
        day=day,
        channel=channel,
        outcome=outcome,
        score=score,
        system_score=moved,
        is_defined=(outcome == 1).all(axis=1),
        is_labelled=label & ~is_renamed,
        has_unmapped_label=is_renamed,
        has_unmapped_country=is_foreign,
        is_size_lost=is_lost,
        is_affected=(label != usual) | is_renamed | is_lost | is_foreign,
    )


def _channels(rng: np.random.Generator, company: Company, system: Ints, day: Ints) -> Ints:
    limits = company.mix.cumsum(axis=2)[system, day]
    found = (rng.random(len(system))[:, None] > limits).sum(axis=1)
    return np.asarray(np.minimum(found, len(CHANNELS) - 1), dtype=np.int64)


def _day_factors(rng: np.random.Generator, company: Company) -> Floats:
    """Overrides as a multiple of the usual: set and not set, by system and day."""
    shape = 2, len(SYSTEMS), DAYS
    return rng.gamma(DAILY**-2, DAILY**2, shape) * company.overrides


def _is_given(
    score: Ints, criteria: Bools, threshold: NDArray[np.int64], factor: Floats, luck: Floats
) -> Bools:
    """The system's rule as people apply it: 4 % not set, up to 10 % set near the threshold."""
    missing = np.maximum(threshold - score, 0) + DISTANCE * (~criteria).sum(axis=1)
    given = np.where(missing > 0, OVER * factor[0] * np.exp(-missing / DECAY), 0)
    held = UNDER * factor[1]
    return np.asarray(luck < np.where(missing > 0, given, 1 - held))
