"""The truth that plans are held against: what companies then do, counted one lead at a time."""

from dataclasses import replace

import numpy as np
import pytest

from funnel.benchmarks.planning.company import Company, Kind, draw_company
from funnel.benchmarks.planning.history import draw_history
from funnel.benchmarks.planning.truth import find_truth

WEEKS = 17
DAYS = 7 * WEEKS


@pytest.fixture(scope="module")
def busy() -> Company:
    """Nine in ten of its many leads take each step; none comes at a weekend."""
    company = draw_company(np.random.default_rng(5), Kind("any", 5_000))
    return replace(
        company,
        days=DAYS,
        growth=0.0,
        season=0.0,
        weekend=0.0,
        mix_slopes=np.zeros(3),
        rates=np.full((3, 4), 0.9),
        window=(28, DAYS),
    )


def test_new_leads_win_as_often_as_the_truth_says(busy: Company) -> None:
    # The same whole weeks, drawn before the cutoff instead of after it.
    history = draw_history(np.random.default_rng(6), busy)
    won = history.entered[:, -1] + DAYS
    inside = (won >= 28) & (won < DAYS)
    counted = np.bincount(history.group[inside], minlength=3) / busy.volume
    told = find_truth(busy, history).wins_a_lead
    assert list(told) == pytest.approx(list(counted), rel=0.02)
    assert told.sum() == pytest.approx(counted.sum(), rel=0.01)


def test_the_open_funnel_gives_what_the_truth_says(busy: Company) -> None:
    truth = find_truth(busy, draw_history(np.random.default_rng(7), busy))
    assert truth.open_revenue == pytest.approx(truth.open_outcome, rel=0.03)
