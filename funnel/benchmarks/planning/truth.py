"""Expected revenue of a company's leads, from everything that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma  # type: ignore[import-untyped]

from funnel.benchmarks.planning.company import (
    GROUPS,
    STEPS,
    WAIT_SHAPE,
    Company,
    Floats,
)
from funnel.benchmarks.planning.history import History


@dataclass(frozen=True)
class Truth:
    """Expected revenue of the window from open leads and from one new lead per day, its wins by
    lead group, and the revenue that the open funnel really had."""

    open_revenue: float
    revenue_a_lead: float
    wins_a_lead: Floats
    open_outcome: float
    target: float
    needed: float


def find_truth(company: Company, history: History, known: Floats | None = None) -> Truth:
    """With the true prices, or with those that somebody believes in. The target takes today's
    volume times `stretch`, in every week until the window ends. New leads have today's mix and come
    on the days of the week on which they always came."""
    start, end = company.window
    price = company.prices.means() if known is None else known
    new = company.mix_at(np.zeros(1)) * company.weekday_at(np.arange(end, dtype=np.float64))
    wins_a_lead = _wins(company, new, [None] * STEPS)[:, start:end].sum(axis=1)
    waiting = [_moving_on(company, history, step, end) for step in range(STEPS)]
    wins_open = _wins(company, np.zeros((len(GROUPS), end)), waiting)[:, start:end].sum(axis=1)
    open_revenue, a_lead = float(wins_open @ price), float(wins_a_lead @ price)
    needed = company.stretch * company.volume
    won = history.entered[:, STEPS]
    inside = (won >= start) & (won < end)
    outcome = float(history.amount[inside].sum())
    return Truth(open_revenue, a_lead, wins_a_lead, outcome, open_revenue + needed * a_lead, needed)


def _wins(company: Company, entries: Floats, waiting: Sequence[Floats | None]) -> Floats:
    """Entries into the first stage, groups by days, up to the win; `waiting` joins on the way."""
    days = np.arange(entries.shape[1], dtype=np.float64)
    for step in range(STEPS):
        going = entries * company.rates_at(step, days)
        entries = np.zeros_like(going)
        for group in range(len(GROUPS)):
            lags = _lags(company, group, step, len(days))
            entries[group] = np.convolve(going[group], lags)[: len(days)]
        joined = waiting[step]
        if joined is not None:
            entries = entries + joined
    return entries


def _moving_on(company: Company, history: History, step: int, days: int) -> Floats:
    """Expected moves of leads that wait in the stage at the cutoff, lead groups by days ahead."""
    found = np.zeros((len(GROUPS), days))
    for group in range(len(GROUPS)):
        waits = _waiting_by_age(company, history, step, group)
        ages = np.arange(1, len(waits) + 1)
        rate = company.rates_at(step, -ages.astype(np.float64))[group]
        lags = _lags(company, group, step, len(waits) + days + 1)
        gone = np.cumsum(lags)[ages - 1]
        still = rate * (1 - gone) + (1 - rate) * (1 - gone / 2)
        ahead = lags[ages[:, None] + np.arange(days)[None, :]]
        found[group] = ((waits * rate / still)[:, None] * ahead).sum(axis=0)
    return found


def _waiting_by_age(company: Company, history: History, step: int, group: int) -> Floats:
    since = history.entered[:, step]
    is_here = (since < 0) & (history.entered[:, step + 1] >= 0) & (history.exited >= 0)
    ages = -np.floor(since[is_here & (history.group == group)]).astype(np.int64)
    return np.bincount(ages, minlength=company.days + 1)[1:].astype(np.float64)


def _lags(company: Company, group: int, step: int, days: int) -> Floats:
    """Probability that the wait crosses each number of midnights, for any hour of arrival."""
    edges = np.maximum(np.arange(days + 1) - 0.5, 0.0)
    scale = company.waits[group, step] / WAIT_SHAPE
    return np.asarray(np.diff(gamma.cdf(edges, WAIT_SHAPE, scale=scale)))
