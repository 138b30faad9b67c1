"""What a company's funnel recorded up to the cutoff (day 0), and what is still hidden in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from funnel.benchmarks.planning.company import STEPS, WAIT_SHAPE, Company, Floats, Whole


@dataclass(frozen=True)
class History:
    """One row per lead. Days count from the cutoff, infinity is never, the last is the win."""

    group: Whole
    entered: Floats  # leads by stages: lead, MQL, SQL, opportunity, win
    exited: Floats
    amount: Floats
    forecast: Floats  # the amount of an opportunity before it is won


def draw_history(rng: np.random.Generator, company: Company) -> History:
    """Leads of every day, each followed to its end, also past the cutoff."""
    group, born = _leads(rng, company)
    entered = np.full((len(born), STEPS + 1), np.inf)
    exited = np.full(len(born), np.inf)
    entered[:, 0] = born
    for step in range(STEPS):
        _take_step(rng, company, step, group, entered, exited)
    amount = company.prices.draw(rng, group)
    forecast = amount * _forecast_factors(rng, np.isfinite(entered[:, -1]))
    return History(group, entered, exited, np.round(amount, 2), np.round(forecast, 2))


def _forecast_factors(rng: np.random.Generator, is_won: NDArray[np.bool_]) -> Floats:
    """The amount of an opportunity as a multiple of its price if won: each company has a bias
    and noise of its own, and opportunities that are never won are forecast higher."""
    bias, noise, lost = rng.uniform(-0.1, 0.3), rng.uniform(0.1, 0.4), rng.uniform(0.0, 0.3)
    return np.asarray(np.exp(bias + noise * rng.standard_normal(len(is_won)) + lost * ~is_won))


def _leads(rng: np.random.Generator, company: Company) -> tuple[Whole, Floats]:
    days = np.arange(-company.days, 0, dtype=np.float64)
    counts = rng.poisson(company.leads_at(days) * company.mix_at(days))
    groups = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    born = np.concatenate([np.repeat(days, row) for row in counts])
    return groups, born + rng.random(len(born))


def _take_step(
    rng: np.random.Generator,
    company: Company,
    step: int,
    group: Whole,
    entered: Floats,
    exited: Floats,
) -> None:
    """A lead in the stage moves on after a while; of the others half exit, half stay for ever."""
    there = np.flatnonzero(np.isfinite(entered[:, step]))
    since, kind = entered[there, step], group[there]
    rate = np.minimum(company.rates[kind, step] * company.change_at(step, since), 0.95)
    moves = rng.random(len(there)) < rate
    wait = rng.gamma(WAIT_SHAPE, company.waits[kind, step] / WAIT_SHAPE)
    closes = ~moves & (rng.random(len(there)) < 0.5)
    entered[there[moves], step + 1] = (since + wait)[moves]
    exited[there[closes]] = (since + wait)[closes]
