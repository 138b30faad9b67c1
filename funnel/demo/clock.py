"""Time as whole seconds since 1970, with one value that means "never"."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rng = np.random.Generator

HOUR = 3_600
DAY = 24 * HOUR
NEVER = 2**40

GROWTH_PER_MONTH = 0.025
WEEKDAY_WEIGHT = np.array([1.05, 1.15, 1.15, 1.1, 0.9, 0.25, 0.25])
MONTH_WEIGHT = np.array([1.0, 1.02, 1.1, 1.05, 1.0, 1.0, 0.82, 0.78, 1.1, 1.12, 1.05, 0.72])
OFFICE_HOURS_SHARE = 0.85


def seconds(text: str) -> int:
    """Read an ISO date or time (UTC)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


START = seconds("2024-01-01")
END = seconds("2026-07-01")


def never(count: int) -> I64:
    """An array of times that do not happen."""
    return np.full(count, NEVER, dtype=np.int64)


def happens(times: I64) -> Flags:
    """Which times come at all within the period that is drawn."""
    return np.asarray(times < END)


def when(mask: Flags, times: I64) -> I64:
    """The times where the mask holds, never elsewhere."""
    return np.where(mask, np.minimum(times, NEVER), NEVER).astype(np.int64)


def add_days(times: I64, days: F64) -> I64:
    """Times moved on by fractions of days; never stays never."""
    return when(times < NEVER, times + (days * DAY).astype(np.int64))


def office(times: I64) -> I64:
    """The same time or the next moment at which an office works; never an earlier one."""
    day, second = times // DAY, times % DAY
    early, late = second < 8 * HOUR, second >= 18 * HOUR
    day = day + late
    weekday = (day + 3) % 7
    weekend = weekday >= 5
    day = day + np.where(weekend, 7 - weekday, 0)
    morning = 8 * HOUR + np.where(late, second - 18 * HOUR, second) // 4
    outside = early | late | weekend
    return when(times < NEVER, day * DAY + np.where(outside, morning, second))


def uniform_days(rng: Rng, times: I64, low: float, high: float) -> I64:
    """Times moved on by a uniform number of days."""
    return add_days(times, rng.uniform(low, high, len(times)))


def wait(rng: Rng, times: I64, median_days: F64 | float, spread: float = 0.7) -> I64:
    """Times moved on by a lognormal wait with the given median."""
    return add_days(times, rng.lognormal(0.0, spread, len(times)) * median_days)


def day_weights() -> F64:
    """How likely an arrival is on each day of the period: growth, season, weekday."""
    days = np.arange(START // DAY, END // DAY)
    months = (days * 12 // 365.25).astype(int)
    season = MONTH_WEIGHT[days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12]
    weights = (1 + GROWTH_PER_MONTH) ** (months - months[0]) * season
    weights = weights * WEEKDAY_WEIGHT[(days + 3) % 7]
    return np.asarray(weights / weights.sum())


def arrivals(rng: Rng, count: int) -> I64:
    """Times at which somebody is first heard of."""
    days = START // DAY + rng.choice((END - START) // DAY, count, p=day_weights())
    at_work = rng.uniform(8, 18, count)
    any_hour = rng.uniform(0, 24, count)
    hour = np.where(rng.random(count) < OFFICE_HOURS_SHARE, at_work, any_hour)
    return np.asarray(days * DAY + (hour * HOUR).astype(np.int64))
