"""The usual detectors of drift: a statistic by system and day, an alarm above a limit."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from funnel.benchmarks.drift.company import CHANNELS, DAYS, REFERENCE, SYSTEMS, Floats
from funnel.benchmarks.drift.leads import Leads
from funnel.benchmarks.drift.score import Alert

QUIET = 5
SCORE_BINS = 11


def statistics(leads: Leads) -> dict[str, Floats]:
    """By name, the statistic of each detector: system, day."""
    columns = _columns(leads)
    scores = _counts(leads, leads.score // 10, SCORE_BINS)
    channels = _counts(leads, leads.channel, len(CHANNELS))
    patterns = _counts(leads, leads.outcome @ np.array([1, 3, 9, 27]), 81)
    spreads = (scores, channels, patterns)
    return {
        "14-day z-score of rows": _z_score(columns["rows"]),
        "14-day z-score of labels": _z_score(columns["labels"]),
        "14-day z-scores of ten columns": _largest(_z_score(each) for each in columns.values()),
        "PSI": _largest(_psi(each) for each in spreads),
        "chi-square and KS": _largest([*(_chi_square(each) for each in spreads), _ks(scores)]),
        "Page-Hinkley on the label rate": _page_hinkley(columns["label rate"]),
    }


def alerts_above(statistic: Floats, limit: float) -> list[Alert]:
    """The first day of each episode of alarms."""
    alerts = []
    for system, values in enumerate(statistic):
        days = np.flatnonzero(values >= limit)
        days = days[days >= REFERENCE]
        fresh = np.diff(days, prepend=-DAYS) > QUIET
        alerts += [Alert(int(day), system) for day in days[fresh]]
    return alerts


def limits(benign: list[Mapping[str, Floats]], allowed: float) -> dict[str, float]:
    """For each detector the lowest limit with at most so many false alerts per company."""
    return {name: _limit([each[name] for each in benign], allowed) for name in benign[0]}


def _limit(found: list[Floats], allowed: float) -> float:
    tops = np.unique(np.concatenate([each[:, REFERENCE:].ravel() for each in found]))
    low, high = 0, len(tops) - 1
    while low < high:
        middle = (low + high) // 2
        count = sum(len(alerts_above(each, tops[middle])) for each in found) / len(found)
        low, high = (low, middle) if count <= allowed else (middle + 1, high)
    return float(tops[low])


def _counts(leads: Leads, values: NDArray[np.int64], size: int) -> Floats:
    shape = len(SYSTEMS), DAYS, size
    where = np.ravel_multi_index((leads.system, leads.day, values), shape)
    return np.bincount(where, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def _columns(leads: Leads) -> dict[str, Floats]:
    """What a table monitor looks at: rows, labels, and the mean of each column."""
    rows = _counts(leads, np.zeros_like(leads.day), 1)[..., 0]
    labels = _counts(leads, leads.is_labelled.astype(np.int64), 2)[..., 1]
    least = np.maximum(rows, 1)
    where = leads.system * DAYS + leads.day
    score = np.bincount(where, weights=leads.system_score, minlength=rows.size)
    columns = {
        "rows": rows,
        "labels": labels,
        "label rate": labels / least,
        "score": score.reshape(rows.shape) / least,
    }
    for place in range(3):
        columns[f"rule {place}"] = _counts(leads, leads.outcome[:, place], 3)[..., 1] / least
    unknown = _counts(leads, leads.outcome[:, 1], 3)[..., 2] / least
    unmapped = _counts(leads, leads.has_unmapped_label.astype(np.int64), 2)[..., 1] / least
    foreign = _counts(leads, leads.has_unmapped_country.astype(np.int64), 2)[..., 1] / least
    return columns | {"empty": unknown, "label text": unmapped, "country text": foreign}


def _z_score(values: Floats) -> Floats:
    """Each day against the fourteen before it."""
    z = np.zeros_like(values)
    for day in range(14, DAYS):
        before = values[:, day - 14 : day]
        spread = np.maximum(before.std(axis=1, ddof=1), 1e-9)
        z[:, day] = np.minimum(np.abs(values[:, day] - before.mean(axis=1)) / spread, 1e6)
    return z


def _shares(counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Usual shares, each day's shares, and each day's rows."""
    usual = counts[:, :REFERENCE].sum(axis=1) + 0.5
    rows = counts.sum(axis=2)
    daily = (counts + 0.5) / (rows + 0.5 * counts.shape[2])[..., None]
    return usual / usual.sum(axis=1, keepdims=True), daily, rows


def _psi(counts: Floats) -> Floats:
    usual, daily, _ = _shares(counts)
    return np.asarray(((daily - usual[:, None]) * np.log(daily / usual[:, None])).sum(axis=2))


def _chi_square(counts: Floats) -> Floats:
    usual, _, rows = _shares(counts)
    expected = usual[:, None] * rows[..., None]
    found = ((counts - expected) ** 2 / np.maximum(expected, 0.5)).sum(axis=2)
    return np.asarray(-stats.chi2.logsf(found, counts.shape[2] - 1))


def _ks(counts: Floats) -> Floats:
    usual, _, rows = _shares(counts)
    daily = counts.cumsum(axis=2) / np.maximum(rows, 1)[..., None]
    distance = np.abs(daily - usual.cumsum(axis=1)[:, None]).max(axis=2)
    return np.asarray(-np.log(np.maximum(stats.kstwobign.sf(distance * np.sqrt(rows)), 1e-300)))


def _page_hinkley(rate: Floats) -> Floats:
    """The sum of what the rate exceeds its mean so far by, in both directions."""
    mean = rate.cumsum(axis=1) / np.arange(1, DAYS + 1)
    found = [np.zeros_like(rate)]
    for sign in (1, -1):
        total = (sign * (rate - mean) - 0.005).cumsum(axis=1)
        found.append(total - np.minimum.accumulate(total, axis=1))
    return _largest(found)


def _largest(found: Iterable[Floats]) -> Floats:
    return np.asarray(np.max(np.array(list(found)), axis=0))
