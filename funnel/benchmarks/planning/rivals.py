"""Plans without this project: three ratios of revenue to leads, and a plan that estimates rates
and prices alone."""

from dataclasses import replace

import numpy as np
from scipy.stats import gamma  # type: ignore[import-untyped]

from funnel.benchmarks.planning.company import GROUPS, STEPS, WAIT_SHAPE, Company, Floats
from funnel.benchmarks.planning.history import History
from funnel.benchmarks.planning.truth import Truth, find_truth

INFORMED = "knows all but rates and prices"


def rival_plans(company: Company, history: History, truth: Truth) -> dict[str, float]:
    """Leads per day of each way to plan: the target divided by its revenue per lead."""
    daily = truth.target / (company.window[1] - company.window[0])
    ways = {
        "last quarter's ratio": _last_quarter(history),
        "same-month ratio, mean of a year": _same_month(company, history),
        "finished cohorts only": _finished(history),
    }
    found = {name: daily / ratio if ratio > 0 else np.inf for name, ratio in ways.items()}
    return {**found, INFORMED: _informed(company, history, truth)}


def _informed(company: Company, history: History, truth: Truth) -> float:
    """The truth itself, with constant rates and prices estimated from the history; waits, mix and
    the days of leads to come are known."""
    guessed = replace(
        company,
        rates=_rates(company, history),
        rate_slopes=np.zeros(STEPS),
        jump_sizes=np.zeros(STEPS),
    )
    seen = find_truth(guessed, history, _prices(company, history))
    return max(truth.target - seen.open_revenue, 0) / seen.revenue_a_lead


def _rates(company: Company, history: History) -> Floats:
    """Leads that moved on so far, as a share of those whose wait would be over if they did."""
    rates = np.zeros_like(company.rates)
    for group, step in np.ndindex(*rates.shape):
        since = history.entered[history.group == group, step]
        moved = history.entered[history.group == group, step + 1] < 0
        scale = company.waits[group, step] / WAIT_SHAPE
        due = gamma.cdf(-since[since < 0], WAIT_SHAPE, scale=scale).sum()
        rates[group, step] = min(moved.sum() / due, 1) if due > 0 else 0
    return rates


def _prices(company: Company, history: History) -> Floats:
    """Mean of a lognormal law where prices are lognormal, else that of the amounts; a lead group
    with fewer than two wins has the mean of the others."""
    won = history.entered[:, -1] < 0
    amounts = [history.amount[won & (history.group == each)] for each in range(len(GROUPS))]
    is_lognormal = company.prices.table is None
    means = [_mean(each, is_lognormal) if len(each) > 1 else np.nan for each in amounts]
    known = [each for each in means if np.isfinite(each)]
    return np.where(np.isfinite(means), means, np.mean(known) if known else 0.0)


def _mean(amounts: Floats, is_lognormal: bool) -> float:
    logs = np.log(amounts)
    return float(np.exp(logs.mean() + logs.var(ddof=1) / 2) if is_lognormal else amounts.mean())


def _last_quarter(history: History) -> float:
    return _won(history, -91, 0) / max(_born(history, -91, 0), 1)


def _same_month(company: Company, history: History) -> float:
    months = range(-30, -min(company.days, 365), -30)
    ratios = [
        _won(history, day, day + 30) / max(_born(history, day, day + 30), 1) for day in months
    ]
    return float(np.mean(ratios))


def _finished(history: History) -> float:
    """Leads older than nine in ten waits of the wins so far, and their revenue."""
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
