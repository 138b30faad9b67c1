"""A simulated company: three systems, their daily volumes, and the harmless things that happen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SYSTEMS = ("marketing", "sales", "partners")
SHARES = np.array([0.52, 0.33, 0.15])
CHANNELS = ("organic_search", "paid_search", "paid_social", "email", "event", "referral")
MIX = np.array([0.26, 0.22, 0.18, 0.14, 0.10, 0.10])
REFERENCE, MONITORED = 56, 90
DAYS = REFERENCE + MONITORED
WEEKDAYS = np.array([1.15, 1.2, 1.15, 1.1, 1.0, 0.45, 0.4])
HOLIDAY = 0.3
EVENTS = ("growth", "burst", "mix", "audience", "rep", "outage", "countries")


@dataclass
class Company:
    """Expected leads by system and day, and what their population is like by then."""

    volume: Floats  # system, day
    mix: Floats  # system, day, channel
    audience: Floats  # system, day: points that scores lie above the usual
    served: Floats  # system, day: share of leads from a country that is served
    overrides: Floats  # system, day: overrides as a multiple of the usual
    weekday: Ints  # day: 0 is Monday
    outages: list[tuple[int, int]]  # system and day on which nothing came
    events: list[tuple[str, int, int]]  # kind, system, day


def draw_company(rng: np.random.Generator) -> Company:
    """300 to 2,000 leads a day: weekdays, growth, holidays, noise and 2 to 5 harmless events."""
    shape = len(SYSTEMS), DAYS
    daily = np.exp(rng.uniform(np.log(300), np.log(2000))) * SHARES[:, None]
    growth = (1 + rng.uniform(-0.02, 0.06)) ** (np.arange(DAYS) / 30)
    weekday = np.arange(DAYS) % 7
    season = WEEKDAYS[weekday]
    season[rng.choice(DAYS, 4, replace=False)] *= HOLIDAY
    noise = np.exp(rng.normal(0, 0.12, shape)) * np.exp(rng.normal(0, 0.05, DAYS))
    mix = np.array([rng.dirichlet(60 * MIX) for _ in SYSTEMS])
    company = Company(
        volume=daily * growth * season * noise,
        mix=np.repeat(mix[:, None, :], DAYS, axis=1),
        audience=np.zeros(shape),
        served=np.full(shape, 0.8),
        overrides=np.ones(shape),
        weekday=weekday,
        outages=[],
        events=[],
    )
    for _ in range(rng.integers(2, 6)):
        _happen(rng, company)
    return company


def _happen(rng: np.random.Generator, company: Company) -> None:
    """One harmless event in the monitored days of one system."""
    kind = str(rng.choice(EVENTS))
    system, day = int(rng.integers(len(SYSTEMS))), int(rng.integers(REFERENCE, DAYS - 3))
    channel = int(rng.integers(len(CHANNELS)))
    company.events.append((kind, system, day))
    if kind == "growth":
        company.volume[system, day:] *= 1.3
    elif kind == "burst":
        _burst(company, system, slice(day, day + int(rng.integers(2, 8))), channel, rng)
    elif kind == "mix":
        company.mix[system, day:, channel] *= rng.uniform(1.5, 2.5)
        company.mix[system, day:] /= company.mix[system, day:].sum(axis=1, keepdims=True)
    elif kind == "audience":
        company.audience[system, day:] += rng.uniform(1, 5)
    elif kind == "rep":
        company.overrides[system, day : day + 10] *= rng.uniform(1.0, 1.3)
    elif kind == "outage":
        company.outages.append((system, day))
        company.volume[system, day + 1] += company.volume[system, day]
        company.volume[system, day] = 0
    else:
        company.served[system, day:] -= rng.uniform(0.03, 0.1)


def _burst(
    company: Company, system: int, days: slice, channel: int, rng: np.random.Generator
) -> None:
    """A campaign: volume 1.6 to 3.2 times as large, and all that is more in one channel."""
    times = rng.uniform(1.6, 3.2)
    company.volume[system, days] *= times
    company.mix[system, days] /= times
    company.mix[system, days, channel] += 1 - 1 / times
