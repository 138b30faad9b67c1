"""What is wrong with rows: duplicates, back-dated and reopened ones, by system and day."""

from dataclasses import dataclass

import numpy as np

from funnel.benchmarks.drift.company import DAYS, SYSTEMS, Ints
from funnel.benchmarks.drift.drifts import Drift
from funnel.benchmarks.drift.leads import Leads

USUAL = {"duplicates": 0.01, "back_dated": 0.01, "reopened": 0.02}
DAILY = 0.25  # how far these rates vary from day to day (coefficient of variation)


@dataclass(frozen=True)
class Signal:
    """Bad rows of all rows, by system and day; `extra`: those that the drift made bad."""

    name: str
    subject: str
    bad: Ints
    rows: Ints
    extra: Ints


def draw_integrity(rng: np.random.Generator, leads: Leads, drift: Drift) -> list[Signal]:
    rows = _count(leads, np.ones(len(leads.day)))
    labels = _count(leads, leads.has_unmapped_label)
    countries = _count(leads, leads.has_unmapped_country)
    none = np.zeros_like(rows)
    return [
        *(_rate(rng, name, usual, rows, drift) for name, usual in USUAL.items()),
        Signal("unknown_label", "mql_new", labels, labels, none),
        Signal("unknown_value", "country Germany", countries, countries, none),
        _loads(rows),
    ]


def _rate(rng: np.random.Generator, name: str, usual: float, rows: Ints, drift: Drift) -> Signal:
    rate = usual * rng.gamma(DAILY**-2, DAILY**2, rows.shape)
    bad = rng.binomial(rows, np.minimum(rate, 1))
    extra = np.zeros_like(bad)
    if drift.kind == name:
        hit = drift.system, slice(drift.onset, None)
        extra[hit] = rng.binomial((rows - bad)[hit], drift.size)
    return Signal(name, "", bad + extra, rows, extra)


def _loads(rows: Ints) -> Signal:
    """People as they come, on the day too whose labels have still to come."""
    rows = np.column_stack([rows, rows[:, -7]])
    none = np.zeros_like(rows)
    return Signal("missing_data", "people", none, rows, none)


def _count(leads: Leads, weights: np.ndarray) -> Ints:
    shape = len(SYSTEMS), DAYS
    where = leads.system * DAYS + leads.day
    counts = np.bincount(where, weights=weights, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.int64)
