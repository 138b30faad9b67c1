"""How plans are made without this project: three ratios of revenue to leads."""

import numpy as np

from benchmarks.planning.company import Company
from benchmarks.planning.history import History
from benchmarks.planning.truth import Truth


def rival_plans(company: Company, history: History, truth: Truth) -> dict[str, float]:
    """Leads a day that each way asks for: the target divided by its revenue a lead."""
    daily = truth.target / (company.window[1] - company.window[0])
    ways = {
        "last quarter's ratio": _last_quarter(history),
        "same-month ratio, mean of a year": _same_month(company, history),
        "finished cohorts only": _finished(history),
    }
    return {name: daily / ratio if ratio > 0 else np.inf for name, ratio in ways.items()}


def _last_quarter(history: History) -> float:
    return _won(history, -91, 0) / max(_born(history, -91, 0), 1)


def _same_month(company: Company, history: History) -> float:
    months = range(-30, -min(company.days, 365), -30)
    ratios = [
        _won(history, day, day + 30) / max(_born(history, day, day + 30), 1) for day in months
    ]
    return float(np.mean(ratios))


def _finished(history: History) -> float:
    """Leads older than nine in ten waits of the wins so far, and what they have brought."""
    born, won = history.entered[:, 0], history.entered[:, -1]
    is_won = won < 0
    oldest = np.quantile((won - born)[is_won], 0.9)
    is_finished = born < -oldest
    revenue = history.amount[is_won & is_finished].sum()
    return float(revenue / max(is_finished.sum(), 1))


def _won(history: History, start: float, end: float) -> float:
    won = history.entered[:, -1]
    return float(history.amount[(won >= start) & (won < end)].sum())


def _born(history: History, start: float, end: float) -> int:
    born = history.entered[:, 0]
    return int(((born >= start) & (born < end)).sum())
